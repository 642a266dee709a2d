import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { parse } from 'smol-toml';
import { z } from 'zod';

import { type WorkerName, workers } from '#tools/workers.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..', '..');

/** What of a worker's wrangler.toml has a meaning on bare workerd. */
const Config = z.object({
  compatibility_date: z.string(),
  compatibility_flags: z.array(z.string()).default([]),
  vars: z.record(z.string(), z.string()).default({}),
  services: z
    .array(z.object({ binding: z.string(), service: z.string(), entrypoint: z.string().optional() }))
    .default([]),
  durable_objects: z
    .object({ bindings: z.array(z.strictObject({ name: z.string(), class_name: z.string() })) })
    .default({ bindings: [] }),
  queues: z.object({ producers: z.array(z.object({ binding: z.string() })).default([]) }).default({ producers: [] }),
  ratelimits: z.array(z.object({ name: z.string() })).default([]),
  send_email: z.array(z.object({ name: z.string() })).default([]),
  assets: z.object({ binding: z.string() }).optional(),
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
  const file = otherConfig ?? workers.find((worker) => worker.name === name)?.config ?? '';
  mkdirSync(target, { recursive: true });
  const wrangler = join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js');
  await run(process.execPath, [wrangler, 'deploy', '-c', file, '--dry-run', '--outdir', target], {
    cwd: root,
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true' },
  });
  const config = Config.parse(readConfig(resolve(root, file)));
  return { name, config, main: join(target, 'index.js') };
}

function readConfig(file: string): unknown {
  const text = readFileSync(file, 'utf8');
  return file.endsWith('.json') ? JSON.parse(text) : parse(text);
}
