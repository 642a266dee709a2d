/** `npm run keys`: makes and rotates the keys of access tokens. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { createKeyFile, replaceKeyFile } from '#tools/keys/file.ts';
import { KeyFile, newKeyFile, privateKeyOf, publicKeysOf, rotate } from '#tools/keys/rotation.ts';
import { workers } from '#tools/workers.ts';

const usage = `Makes and rotates the keys of access tokens.

  npm run keys -- generate --file <file>   make a file with the current and the next key
  npm run keys -- rotate --file <file>     let the next key take over, and make a new next one
  npm run keys -- private --file <file>    print the value of JWT_PRIVATE_KEY
  npm run keys -- public --file <file>     print the value of JWT_PUBLIC_KEYS

The commands that it prints are for production, or for the environment that --env names.

The file holds private keys: keep it as you keep passwords, and out of the repository.`;

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
      createKeyFile(file, await newKeyFile());
      return say(file, env, 'made');
    case 'rotate':
      replaceKeyFile(file, await rotate(read(file), new Date()));
      return say(file, env, 'rotated');
    case 'private':
      return console.log(privateKeyOf(read(file)));
    case 'public':
      return console.log(publicKeysOf(read(file)));
    default:
      throw new Error(usage);
  }
}

function read(file: string): KeyFile {
  return KeyFile.parse(JSON.parse(readFileSync(file, 'utf8')));
}

function say(file: string, environment: string, what: string): void {
  const { current, next, previous } = read(file);
  const verifiers = workers.filter(({ config }) => readFileSync(config, 'utf8').includes('JWT_PUBLIC_KEYS'));
  const put = (command: string, secret: string, config: string) =>
    `  node tools/keys.ts ${command} --file ${file} | npx wrangler secret put ${secret} -c ${config} -e ${environment}`;
  console.log(`The keys are ${what}.

  current   ${current.kid}
  next      ${next.kid}
${previous.map((key) => `  previous  ${key.kid} (retired ${key.retired_at})\n`).join('')}
Let every worker trust them first:

${verifiers.map(({ config }) => put('public', 'JWT_PUBLIC_KEYS', config)).join('\n')}

Then sign with the current one:

${put('private', 'JWT_PRIVATE_KEY', 'workers/users/wrangler.toml')}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
