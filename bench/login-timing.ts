/**
 * Does the time of a refused login tell whether somebody has the email? Logs in with right and wrong passwords and with
 * unknown emails, in random order, and compares. Every attempt has an email of its own, as the shop counts failures.
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';

const usage = `node bench/login-timing.ts [--url http://localhost:8787] [--n 40]

  --url  a local shop; it gets 2 × n new accounts
  --n    logins of each kind`;

interface Account {
  email: string;
  password: string;
}

const kinds = ['right', 'wrong', 'unknown'] as const;
type Kind = (typeof kinds)[number];

const expectedStatus: Record<Kind, number> = { right: 200, wrong: 401, unknown: 401 };
const permutations = 20_000;

async function main(): Promise<void> {
  const options = {
    url: { type: 'string', default: 'http://localhost:8787' },
    n: { type: 'string', default: '40' },
  } as const;
  const { url, n } = parseArgs({ options }).values;
  const count = Number(n);
  if (!Number.isInteger(count) || count < 2) throw new Error(usage);
  const attempts = shuffled(await prepare(url, count));
  const times: Record<Kind, number[]> = { right: [], wrong: [], unknown: [] };
  await logIn(url, { email: newEmail(), password: 'warms the worker up' });
  for (const { kind, account } of attempts) {
    const { status, milliseconds } = await logIn(url, account);
    if (status !== expectedStatus[kind]) throw new Error(`A ${kind} login was answered with ${status}.`);
    times[kind].push(milliseconds);
  }
  for (const kind of kinds) console.log(`${kind.padEnd(8)} median ${median(times[kind]).toFixed(1)} ms of ${count}`);
  const difference = median(times.wrong) - median(times.unknown);
  console.log(`wrong − unknown: ${difference.toFixed(1)} ms, p = ${pValue(times.wrong, times.unknown).toFixed(3)}`);
  console.log('p: how often a split by chance of the same times has medians at least as far apart.');
}

async function prepare(url: string, count: number): Promise<{ kind: Kind; account: Account }[]> {
  const attempts: { kind: Kind; account: Account }[] = [];
  for (let i = 0; i < count; i++) {
    const { email } = await register(url);
    attempts.push({ kind: 'right', account: await register(url) });
    attempts.push({ kind: 'wrong', account: { email, password: 'not the password' } });
    attempts.push({ kind: 'unknown', account: { email: newEmail(), password: 'not the password' } });
  }
  return attempts;
}

async function register(url: string): Promise<Account> {
  const account = { email: newEmail(), password: `password ${randomUUID()}` };
  const { status } = await post(`${url}/v1/auth/register`, { ...account, first_name: 'Ada', last_name: 'Lovelace' });
  if (status !== 201) throw new Error(`An account was refused with ${status}.`);
  return account;
}

async function logIn(url: string, account: Account): Promise<{ status: number; milliseconds: number }> {
  const started = performance.now();
  const { status } = await post(`${url}/v1/auth/login`, account);
  return { status, milliseconds: performance.now() - started };
}

async function post(url: string, body: unknown): Promise<Response> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await answer.arrayBuffer();
  return answer;
}

function newEmail(): string {
  return `timing-${randomUUID()}@example.com`;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
}

/** Permutation test of the difference of medians, two-sided. */
function pValue(first: number[], second: number[]): number {
  const observed = Math.abs(median(first) - median(second));
  let asFar = 0;
  for (let round = 0; round < permutations; round++) {
    const mixed = shuffled([...first, ...second]);
    const [one, other] = [mixed.slice(0, first.length), mixed.slice(first.length)];
    if (Math.abs(median(one) - median(other)) >= observed) asFar++;
  }
  return (asFar + 1) / (permutations + 1);
}

function shuffled<Value>(values: Value[]): Value[] {
  return values
    .map((value) => ({ value, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
