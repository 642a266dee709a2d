import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** OWASP's scrypt parameters that fit a Worker's memory: N = 2^14, r = 8, p = 5. They travel inside the hash. */
const cost = { logN: 14, blockSize: 8, parallelization: 5 };
const keyBytes = 32;

/** A PHC string, `$scrypt$ln=14,r=8,p=5$<salt>$<key>`, which fits the seed's VARCHAR(255). */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost);
  const { logN, blockSize, parallelization } = cost;
  return `$scrypt$ln=${logN},r=${blockSize},p=${parallelization}$${base64(salt)}$${base64(key)}`;
}

/** Compares in constant time. Without a hash (unknown email) it does the same work and answers false. */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const parsed = hash === null ? null : parse(hash);
  if (!parsed) {
    await derive(password, Buffer.alloc(16), cost);
    return false;
  }
  const key = await derive(password, parsed.salt, parsed.cost);
  return key.length === parsed.key.length && timingSafeEqual(key, parsed.key);
}

/** Whether the hash was made with other parameters than a new one would be, so that it should be made again. */
export function needsUpgrade(hash: string): boolean {
  const parsed = parse(hash);
  return (
    parsed === null ||
    parsed.key.length !== keyBytes ||
    parsed.cost.logN !== cost.logN ||
    parsed.cost.blockSize !== cost.blockSize ||
    parsed.cost.parallelization !== cost.parallelization
  );
}

function parse(hash: string) {
  const found = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(hash);
  if (!found) return null;
  const [, logN = '', blockSize = '', parallelization = '', salt = '', key = ''] = found;
  return {
    cost: { logN: Number(logN), blockSize: Number(blockSize), parallelization: Number(parallelization) },
    salt: Buffer.from(salt, 'base64'),
    key: Buffer.from(key, 'base64'),
  };
}

async function derive(
  password: string,
  salt: Buffer,
  { logN, blockSize, parallelization }: typeof cost,
): Promise<Buffer> {
  await turn();
  derivations++;
  const options = { N: 2 ** logN, r: blockSize, p: parallelization, maxmem: 64 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, keyBytes, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

let derivations = 0;

/**
 * A worker derives keys on its only thread, about 0.2 s each. Waits until none began for a moment, so that many at once
 * come one by one, and what other requests wait for is taken in between.
 */
async function turn(): Promise<void> {
  let seen: number;
  do {
    seen = derivations;
    await new Promise((resolve) => setTimeout(resolve, 5));
  } while (seen !== derivations);
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
