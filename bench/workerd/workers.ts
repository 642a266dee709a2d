import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import type { Bundle } from '#tools/serve/bundles.ts';
import { startWorkerd } from '#tools/serve/workerd.ts';
import type { WorkerName } from '#tools/workers.ts';

import { configOf } from './config.ts';

export interface RunningWorkers {
  /** Where a worker of this workerd listens. */
  url: (worker: WorkerName) => string;
  pid: number;
  stop: () => Promise<void>;
}

/**
 * Runs bundled workers in one bare workerd: no proxy and no inspector between a request and its worker. Service bindings
 * between them, named entrypoints and Durable Objects work; queues, rate limits and mails have stand-ins that take
 * everything, and a worker that is bound but not among them answers 503.
 *
 * @param options.directory for configuration, log and the storage of Durable Objects; one workerd at a time
 * @param options.variables variables and secrets of each worker, over those of its wrangler.toml
 */
export async function startWorkers(options: {
  bundles: readonly Bundle[];
  directory: string;
  variables: (worker: WorkerName) => Record<string, string>;
}): Promise<RunningWorkers> {
  const directory = resolve(options.directory);
  const storage = join(directory, 'objects');
  const config = join(directory, 'config.capnp');
  const log = join(directory, 'workerd.log');
  mkdirSync(storage, { recursive: true });
  writeFileSync(config, configOf({ ...options, directory, storage }), { mode: 0o600 });
  const output = openSync(log, 'w');
  const workerd = startWorkerd({ config, sockets: options.bundles.length, stdout: output, stderr: output });
  closeSync(output);
  const ports = await workerd.ports;
  if (!ports) throw new Error(`workerd ended:\n${readFileSync(log, 'utf8').slice(-4_000)}`);
  const url = (worker: WorkerName) => `http://127.0.0.1:${ports.get(worker)}`;
  return { url, pid: workerd.pid, stop: () => workerd.stop(3_000) };
}
