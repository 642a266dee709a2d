/** `npm run help`: what each script of package.json does. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { z } from 'zod';

const described: Record<string, Record<string, string>> = {
  'Every day': {
    start: 'run the whole shop on this machine (-- --help for options)',
    test: 'run all tests',
    sdk: 'write sdk/typescript, the TypeScript client of openapi.yaml',
    'test:browser': 'look at the documentation pages in headless Chromium',
    check: 'types, lint, unused code, formatting, generated files: all that CI checks beside the tests',
    format: 'format everything',
    generate: 'write what is generated: openapi.yaml, types of bindings, migrations',
    build: 'bundle every worker as a deployment would, and print the sizes',
    help: 'this list',
  },
  Databases: {
    'db:generate': 'write the migrations that the schemas lack',
    'db:migrate': 'bring the databases of DATABASE_URL_* and MONGODB_URI up to date',
    'db:status': 'which migrations each database has, and which it lacks',
    'db:urls': "print the connection strings of the running shop's databases",
    seed: 'add a generated catalogue to the running shop (-- --products 100000)',
    'test:mongo': 'hold a MongoDB server to what the cart expects of one (-- --uri mongodb://…)',
  },
  'Running a shop': {
    serve: 'run the production build on this machine (-- --help for options)',
    deploy: 'deploy to your own account (-- --env production --dry-run)',
    secrets: 'print or check the secrets of a deployment',
    'secrets:generate': 'make the keys and secrets of a deployment',
    'admin:create': 'make the first administrator',
    keys: 'make and rotate the keys of access tokens',
    'token-keys': 'make and rotate the keys of saved payment tokens',
    'dead-letters': 'list and replay events that could not be handled',
    webhooks: 'list and replay webhooks that were given up',
    backup: 'save all databases to a folder, and fill empty ones from it',
    'user:export': 'all that is known of a person, as JSON',
    'user:erase': 'erase a person who cannot do it themselves',
    'check:invariants': 'look for anything in the databases that must never be',
  },
  Measuring: {
    'bench:cart': 'a cart with and without its warm connection',
    'bench:catalogue': 'the catalogue at 1,000, 100,000 and 1,000,000 products',
    'bench:load': 'requests per second of the production build, beside the limits of this machine',
  },
  'Parts of the above': {
    'check:types': 'tsc',
    'check:lint': 'oxlint',
    'check:unused': 'knip',
    'check:format': 'oxfmt',
    'check:generated': 'whether what is generated is up to date',
    'db:check': 'whether a migration is missing',
    openapi: 'write openapi.yaml',
    'release:document': 'keep openapi.yaml as that of a release, which later ones must not break',
    lock: 'write package-lock.json without addresses of a registry',
  },
};

/** Run by npm itself before a script. */
const hooks = new Set(['precheck', 'prestart', 'pretest']);

function main(): void {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync('package.json', 'utf8')));
  const known = new Set(Object.values(described).flatMap((group) => Object.keys(group)));
  const missing = Object.keys(scripts).filter((name) => !known.has(name) && !hooks.has(name));
  const gone = [...known].filter((name) => scripts[name] === undefined);
  if (missing.length > 0 || gone.length > 0) {
    throw new Error(`tools/help.ts: not described: ${missing.join(', ')}; no script: ${gone.join(', ')}`);
  }
  if (values.check) return;
  for (const [group, entries] of Object.entries(described)) {
    console.log(`${group}\n`);
    for (const [name, what] of Object.entries(entries)) console.log(`  ${command(name).padEnd(26)} ${what}`);
    console.log('');
  }
}

function command(name: string): string {
  return name === 'start' || name === 'test' ? `npm ${name}` : `npm run ${name}`;
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
