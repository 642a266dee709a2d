/** `npm run token-keys`: makes and rotates the keys that saved payment tokens are encrypted with. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { Client } from 'pg';

import { createKeyFile, replaceKeyFile } from '#tools/keys/file.ts';
import { keysInUse, reencrypt } from '#tools/token-keys/reencrypt.ts';
import { KeyFile, newKeyFile, rotate, secretOf, withoutUnused } from '#tools/token-keys/rotation.ts';

import { importTokenKeys } from '../workers/payments/src/domain/token-encryption.ts';

const usage = `Makes and rotates the keys that saved payment tokens are encrypted with.

  npm run token-keys -- generate --file <file>    make a file with the current and the next key
  npm run token-keys -- rotate --file <file>      let the next key take over, and make a new next one
  npm run token-keys -- secret --file <file>      print the value of TOKEN_ENCRYPTION_KEYS
  npm run token-keys -- reencrypt --file <file>   encrypt with the current key what others have encrypted
  npm run token-keys -- drop --file <file>        take the keys out of the file that encrypt nothing any more

The last two read DATABASE_URL_PAYMENTS. Both can run beside the shop, and again. The command that is printed to hand the
value out is for production, or for the environment that --env names.

The file holds keys: keep it as you keep passwords, and out of the repository. Without it, whoever saved a card has to save
it again.`;

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { file: { type: 'string' }, env: { type: 'string', default: 'production' } },
  });
  const [command] = positionals;
  const { file, env } = values;
  if (!file || positionals.length !== 1) throw new Error(usage);
  switch (command) {
    case 'generate':
      createKeyFile(file, newKeyFile());
      return say(file, env, 'made');
    case 'rotate':
      replaceKeyFile(file, rotate(read(file)));
      return say(file, env, 'rotated');
    case 'secret':
      return console.log(secretOf(read(file)));
    case 'reencrypt':
      return withDatabase((client) => encryptAnew(client, read(file)));
    case 'drop':
      return withDatabase((client) => drop(client, file, env));
    default:
      throw new Error(usage);
  }
}

async function encryptAnew(client: Client, keys: KeyFile): Promise<void> {
  const { reencrypted, skipped, unreadable } = await reencrypt(client, await importTokenKeys(secretOf(keys)));
  console.log(`${reencrypted} tokens are encrypted with ${keys.current} now.`);
  if (skipped > 0) console.log(`${skipped} were changed meanwhile; run this again.`);
  if (unreadable.length > 0) throw new Error(`No key of the file reads these rows:\n${unreadable.join('\n')}`);
}

async function drop(client: Client, file: string, environment: string): Promise<void> {
  const keys = read(file);
  const inUse = await keysInUse(client);
  const unknown = [...inUse.keys()].filter((id) => !Object.hasOwn(keys.keys, id));
  if (unknown.length > 0) throw new Error(`Rows are encrypted with keys that the file lacks: ${unknown.join(', ')}`);
  const left = withoutUnused(keys, new Set(inUse.keys()));
  replaceKeyFile(file, left);
  for (const id of Object.keys(keys.keys)) {
    const rows = inUse.get(id) ?? 0;
    console.log(`${id}  ${Object.hasOwn(left.keys, id) ? `stays, encrypts ${rows} tokens` : 'dropped'}`);
  }
  console.log(`\nHand out what is left:\n\n${put(file, environment)}`);
}

async function withDatabase(work: (client: Client) => Promise<void>): Promise<void> {
  const connectionString = process.env['DATABASE_URL_PAYMENTS'];
  if (!connectionString) throw new Error('Set DATABASE_URL_PAYMENTS to the payments database.');
  const client = new Client({ connectionString, application_name: 'token-keys' });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function read(file: string): KeyFile {
  const text = readFileSync(file, 'utf8');
  const found = KeyFile.safeParse(parsed(text));
  if (!found.success) throw new Error(`${file} is no file of this command.`);
  return found.data;
}

/** What is in the file stays out of messages. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function say(file: string, environment: string, what: string): void {
  const { current, next, keys } = read(file);
  const previous = Object.keys(keys).filter((id) => id !== current && id !== next);
  console.log(`The keys are ${what}.

  current   ${current}
  next      ${next}
${previous.map((id) => `  previous  ${id}\n`).join('')}
Hand them out:

${put(file, environment)}
${previous.length === 0 ? '' : `\nThen encrypt anew what the previous ones have encrypted: reencrypt, and 10 minutes later drop.\n`}`);
}

function put(file: string, environment: string): string {
  const secret = `npx wrangler secret put TOKEN_ENCRYPTION_KEYS -c workers/payments/wrangler.toml -e ${environment}`;
  return `  node tools/token-keys.ts secret --file ${file} | ${secret}`;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
