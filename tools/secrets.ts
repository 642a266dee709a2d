/** `npm run secrets`: makes the secrets of an environment, hands them out, and says which there are. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { environmentNames } from '#tools/environments/settings.ts';
import { keyFilesBeside, newSecrets } from '#tools/secrets/generate.ts';
import { inconsistencies, secretsTable } from '#tools/secrets/consistency.ts';
import { workers } from '#tools/workers.ts';

const usage = `Makes the secrets of an environment.

  npm run secrets -- generate --file <file>                make a file with the secrets of all workers
  npm run secrets -- values --file <file> --worker <name>  print those of one worker, for wrangler secret bulk
  npm run secrets -- table                                 print the table of docs/operations.md
  npm run secrets -- check                                 hold it against the workers and their configuration

What others give you (databases, Stripe, Resend) is taken from variables where they are set (DATABASE_URL_USERS, …,
MONGODB_URI, STRIPE_SECRET_KEY, …), and is null in the file otherwise. Beside <file> lie two more, of the keys that are
rotated later. Keep all three as you keep passwords, and out of the repository.`;

async function main(args: string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: { file: { type: 'string' }, worker: { type: 'string' } },
  });
  const [command] = positionals;
  switch (positionals.length === 1 && command) {
    case 'generate':
      return generate(values.file);
    case 'values':
      return printValues(values.file, values.worker);
    case 'table':
      return console.log(secretsTable());
    case 'check': {
      const found = inconsistencies();
      for (const line of found) console.error(line);
      if (found.length > 0) process.exitCode = 1;
      return;
    }
    default:
      throw new Error(usage);
  }
}

async function generate(file: string | undefined): Promise<void> {
  if (!file) throw new Error(usage);
  const files = { secrets: file, ...keyFilesBeside(file) };
  const taken = Object.values(files).find((one) => existsSync(one));
  if (taken) throw new Error(`${taken} is there already. Nothing was made.`);
  const { secrets, tokenKeys, encryptionKeys } = await newSecrets(process.env);
  write(files.tokenKeys, tokenKeys);
  write(files.encryptionKeys, encryptionKeys);
  write(files.secrets, secrets);
  const open = Object.entries(secrets).flatMap(([worker, of]) =>
    Object.entries(of).flatMap(([name, value]) => (value === null ? [`  ${name} of ${worker}`] : [])),
  );
  console.log(
    [
      `${file} has the secrets. ${files.tokenKeys} and ${files.encryptionKeys} are for npm run keys and npm run token-keys.`,
      ...(open.length > 0 ? ['', 'Fill in:', '', ...open] : []),
      '',
      'A deployment sets those that are missing:',
      '',
      `  npm run deploy -- --env ${environmentNames.join('|')} --secrets ${file}`,
      '',
      'Or set them yourself, each worker’s:',
      '',
      ...workers.flatMap(({ name, config }) =>
        environmentNames.map(
          (environment) =>
            `  npm run -s secrets -- values --file ${file} --worker ${name} | npx wrangler secret bulk -c ${config} -e ${environment}`,
        ),
      ),
    ].join('\n'),
  );
}

function write(file: string, content: object): void {
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
}

function printValues(file: string | undefined, worker: string | undefined): void {
  if (!file || !worker) throw new Error(usage);
  const all: Record<string, Record<string, string | null>> = JSON.parse(readFileSync(file, 'utf8'));
  const given = Object.entries(all[worker] ?? {}).filter(([, value]) => value !== null);
  if (given.length === 0) throw new Error(`${file} has no secret of ${worker}.`);
  console.log(JSON.stringify(Object.fromEntries(given)));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
