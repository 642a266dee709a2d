import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { z } from 'zod';

import { type EnvironmentName, environmentNames } from '#tools/environments/settings.ts';
import { type WorkerName, workers } from '#tools/workers.ts';

export const usage = `Deploys the shop to your Cloudflare account: databases first, then the workers, then a look at whether it works.

  npm run deploy -- --env staging|production [options]

  --dry-run         do all that needs no account, and show the plan
  --yes             do not ask before the first change
  --secrets <file>  set secrets that are missing from this file, which npm run secrets:generate made
  --url <url>       where the gateway is, if it is neither its domain nor its workers.dev address
  --wait <seconds>  how long it may take until the gateway answers as it should (default 60)

It needs DATABASE_URL_USERS, DATABASE_URL_PRODUCTS, DATABASE_URL_ORDERS, DATABASE_URL_PAYMENTS and MONGODB_URI (direct
connections, not pooled ones), and wrangler's login or CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID.

Ends with 0 if the shop is deployed and answers, with 1 if something is missing or failed: it says what, and how to go back.`;

/** By worker, by name. */
type SecretsFile = z.infer<typeof SecretsFile>;
const SecretsFile = z.partialRecord(
  z.enum(workers.map(({ name }) => name)),
  z.record(z.string(), z.string().nullable()),
);

export interface Options {
  environment: EnvironmentName;
  isDryRun: boolean;
  isConfirmed: boolean;
  /** What may be set where it is missing. */
  secretsOf: (worker: WorkerName) => Record<string, string>;
  url: string | null;
  waitMilliseconds: number;
}

/** Reads the command line; null if it asks for help. Throws what is wrong with it. */
export function readOptions(args: string[]): Options | null {
  const { values } = parseArgs({
    args,
    options: {
      env: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      secrets: { type: 'string' },
      url: { type: 'string' },
      wait: { type: 'string', default: '60' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const environment = environmentNames.find((name) => name === values.env);
  if (!environment) throw new Error(`--env must be ${environmentNames.join(' or ')}.\n\n${usage}`);
  if (!/^\d{1,4}$/.test(values.wait)) throw new Error(`--wait is a number of seconds, not "${values.wait}".`);
  if (values.url !== undefined && !URL.canParse(values.url)) throw new Error(`--url is no URL: "${values.url}".`);
  const file = values.secrets === undefined ? {} : readSecrets(values.secrets);
  return {
    environment,
    isDryRun: values['dry-run'],
    isConfirmed: values.yes,
    secretsOf: (worker) => {
      const given = Object.entries(file[worker] ?? {});
      return Object.fromEntries(given.flatMap(([name, value]) => (value ? [[name, value]] : [])));
    },
    url: values.url?.replace(/\/+$/, '') ?? null,
    waitMilliseconds: Number(values.wait) * 1_000,
  };
}

/** Says nothing of what is in the file. */
function readSecrets(file: string): SecretsFile {
  try {
    return SecretsFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new Error(`${file} is not a file that npm run secrets:generate has made.`);
  }
}
