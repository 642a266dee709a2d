import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { parse } from 'smol-toml';
import { z } from 'zod';

import type { Databases } from '#tools/stack/databases.ts';
import type { StackKeys } from '#tools/stack/keys.ts';
import { type WorkerName, workers } from '#tools/workers.ts';

const rateLimitFactor = 1_000;

const Config = z.looseObject({
  main: z.string(),
  vars: z.record(z.string(), z.string()),
  assets: z.looseObject({ directory: z.string() }).optional(),
  ratelimits: z.array(z.looseObject({ simple: z.object({ limit: z.number(), period: z.number() }) })).optional(),
  triggers: z.object({ crons: z.array(z.string()) }).optional(),
});

export interface LocalSettings {
  url: string;
  databases: Databases;
  keys: StackKeys;
  variables: Record<string, string>;
}

/** A worker's configuration as this stack runs it. */
export interface LocalWorker {
  name: WorkerName;
  file: string;
  crons: string[];
}

/**
 * Writes each worker's configuration with the stack's own variables into the stack's folder. The committed files stay
 * as they are deployed, and stacks do not disturb each other.
 */
export function writeWorkerConfigs(root: string, directory: string, settings: LocalSettings): LocalWorker[] {
  return workers.map(({ name, config }) => {
    const source = join(root, config);
    const { secrets: _, env: __, ...declared } = Config.parse(parse(readFileSync(source, 'utf8')));
    const from = (path: string) => resolve(dirname(source), path);
    const local = {
      ...declared,
      main: from(declared.main),
      vars: { ...declared.vars, ...variablesOf(name, settings) },
      ...(declared.assets && { assets: { ...declared.assets, directory: from(declared.assets.directory) } }),
      ...(declared.ratelimits && {
        ratelimits: declared.ratelimits.map((limit) => ({
          ...limit,
          simple: { ...limit.simple, limit: limit.simple.limit * rateLimitFactor },
        })),
      }),
    };
    const file = join(directory, 'workers', name, 'wrangler.json');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(local, null, 2), { mode: 0o600 });
    return { name, file, crons: declared.triggers?.crons ?? [] };
  });
}

function variablesOf(name: WorkerName, { url, databases, keys, variables }: LocalSettings): Record<string, string> {
  const common = { ENVIRONMENT: 'local', JWT_PUBLIC_KEYS: keys.public_keys, ...variables };
  switch (name) {
    case 'gateway':
      return common;
    case 'notifications':
      return { ...common, EMAIL_ADAPTER: 'mailbox', STOREFRONT_URL: url };
    case 'cart':
      return { ...common, MONGODB_URI: databases.urls.mongo };
    case 'users':
      return { ...common, JWT_PRIVATE_KEY: keys.private_key, ...postgres(databases, 'users') };
    case 'payments':
      return {
        ...common,
        TOKEN_ENCRYPTION_KEYS: keys.token_encryption_keys,
        SANDBOX_WEBHOOK_URL: `${url}/v1/payments/webhooks/sandbox`,
        SANDBOX_WEBHOOK_SECRET: 'whsec_sandbox_local',
        ...postgres(databases, name),
      };
    default:
      return { ...common, ...postgres(databases, name) };
  }
}

/** Neon's own databases are asked directly, any other Postgres through the local endpoint. */
function postgres({ urls, neonEndpoint }: Databases, service: 'users' | 'products' | 'orders' | 'payments') {
  const isNeon = new URL(urls[service]).hostname.endsWith('.neon.tech');
  return { DATABASE_URL: urls[service], ...(isNeon ? {} : { NEON_ENDPOINT: `${neonEndpoint}/sql` }) };
}
