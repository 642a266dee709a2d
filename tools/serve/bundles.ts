import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { parse } from 'smol-toml';
import { z } from 'zod';

import { type WorkerName, workers } from '#tools/workers.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..', '..');

/** Missing values are Cloudflare's defaults. */
const Consumer = z.object({
  queue: z.string(),
  max_batch_size: z.int().default(10),
  max_batch_timeout: z.int().default(5),
  max_retries: z.int().default(3),
  dead_letter_queue: z.string().optional(),
  retry_delay: z.int().default(0),
});

/** What of a worker's wrangler.toml has a meaning on bare workerd. */
const Config = z.object({
  compatibility_date: z.string(),
  compatibility_flags: z.array(z.string()).default([]),
  vars: z.record(z.string(), z.string()).default({}),
  secrets: z.object({ required: z.array(z.string()) }).default({ required: [] }),
  services: z
    .array(z.object({ binding: z.string(), service: z.string(), entrypoint: z.string().optional() }))
    .default([]),
  durable_objects: z
    .object({ bindings: z.array(z.strictObject({ name: z.string(), class_name: z.string() })) })
    .default({ bindings: [] }),
  queues: z
    .object({
      producers: z.array(z.object({ binding: z.string(), queue: z.string() })).default([]),
      consumers: z.array(Consumer).default([]),
    })
    .default({ producers: [], consumers: [] }),
  ratelimits: z
    .array(z.object({ name: z.string(), simple: z.object({ limit: z.int(), period: z.int() }) }))
    .default([]),
  send_email: z.array(z.object({ name: z.string() })).default([]),
  assets: z.object({ directory: z.string(), binding: z.string(), html_handling: z.string().optional() }).optional(),
  triggers: z.object({ crons: z.array(z.string()) }).default({ crons: [] }),
  /** Only the variables differ: services and queues are on one machine, and need no names of their own. */
  env: z.record(z.string(), z.object({ vars: z.record(z.string(), z.string()).default({}) })).default({}),
});

/** A worker as it would be deployed. */
export interface Bundle {
  name: WorkerName;
  config: z.infer<typeof Config>;
  /** The one module that it was bundled into. */
  main: string;
}

/** Bundles workers like a deployment, into folders below `directory`. */
export function bundleWorkers(names: readonly WorkerName[], directory: string): Promise<Bundle[]> {
  return Promise.all(names.map((name) => bundleWorker(name, resolve(directory, name))));
}

/** Bundles one worker into the folder `target`, by its own configuration or another for the same name. */
export async function bundleWorker(name: WorkerName, target: string, otherConfig?: string): Promise<Bundle> {
  const file = otherConfig ?? configFileOf(name);
  mkdirSync(target, { recursive: true });
  const wrangler = join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js');
  await run(process.execPath, [wrangler, 'deploy', '-c', file, '--dry-run', '--outdir', target], {
    cwd: root,
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true' },
  });
  return { name, config: readConfig(file), main: join(target, 'index.js') };
}

/** The workers that `npm run build` has put below `directory`. */
export function builtWorkers(directory: string): Bundle[] {
  return declaredWorkers().map((worker) => ({ ...worker, main: resolve(directory, worker.name, 'index.js') }));
}

/** All workers, as their wrangler.toml files are now. */
export function declaredWorkers(): Omit<Bundle, 'main'>[] {
  return workers.map(({ name, config }) => ({ name, config: readConfig(config) }));
}

function configFileOf(name: WorkerName): string {
  return workers.find((worker) => worker.name === name)?.config ?? '';
}

function readConfig(name: string): Bundle['config'] {
  const file = resolve(root, name);
  const text = readFileSync(file, 'utf8');
  const config = Config.parse(file.endsWith('.json') ? JSON.parse(text) : parse(text));
  if (config.assets) config.assets.directory = resolve(dirname(file), config.assets.directory);
  return config;
}
