import { parseArgs } from 'node:util';

import { type Environment, environments } from './settings.ts';

export const usage = `Runs the production build of the shop on this machine, on workerd alone.

  npm run serve [-- options]

  --port <number>         where the shop listens (default 8787); embedded databases use the three after it
  --host <address>        default 127.0.0.1, for a proxy in front that ends TLS
  --behind-proxy          all requests come through such a proxy: believe its X-Forwarded-For and X-Forwarded-Proto
  --data <folder>         databases, keys, queues, objects (default .data/serve)
  --environment <name>    staging (default: payments are simulated, mails are kept instead of sent), production, local
  --secrets <file>        secrets and variables, as JSON or lines NAME=value; readable by its owner only
  --build <folder>        what "npm run build" made (default: the workers are bundled now)
  --cache <MiB>           memory for cached catalogue answers (default 64)
  --not-durable           for tests: the embedded databases force nothing to disk

DATABASE_URL_USERS, DATABASE_URL_PRODUCTS, DATABASE_URL_ORDERS, DATABASE_URL_PAYMENTS and MONGODB_URI, in the environment
or the secrets file, replace the embedded databases. SIGTERM ends everything in order. SIGUSR2 takes a new build: whoever
connects meanwhile waits.`;

export interface Options {
  port: number;
  host: string;
  isBehindProxy: boolean;
  data: string;
  environment: Environment;
  secrets: string | undefined;
  build: string | undefined;
  cacheBytes: number;
  durable: boolean;
}

/** Null: help is asked for. */
export function readOptions(args: string[]): Options | null {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string', default: '8787' },
      host: { type: 'string', default: '127.0.0.1' },
      'behind-proxy': { type: 'boolean', default: false },
      data: { type: 'string', default: '.data/serve' },
      environment: { type: 'string', default: 'staging' },
      secrets: { type: 'string' },
      build: { type: 'string' },
      cache: { type: 'string', default: '64' },
      'not-durable': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const environment = environments.find((name) => name === values.environment);
  if (!environment) throw new Error(`--environment is one of ${environments.join(', ')}, not ${values.environment}.`);
  if (environment === 'local' && !isLoopback(values.host)) {
    throw new Error('The local environment is open to everybody who reaches it, so it listens on 127.0.0.1 only.');
  }
  return {
    port: numberFrom('--port', values.port, 1, 65_000),
    host: values.host,
    isBehindProxy: values['behind-proxy'],
    data: values.data,
    environment,
    secrets: values.secrets,
    build: values.build,
    cacheBytes: numberFrom('--cache', values.cache, 1, 4_096) * 2 ** 20,
    durable: !values['not-durable'],
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function numberFrom(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new Error(`${name} is a number from ${least} to ${most}, not ${text}.`);
}
