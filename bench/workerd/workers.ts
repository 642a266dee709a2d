import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

import { z } from 'zod';

import type { WorkerName } from '#tools/workers.ts';

import type { Bundle } from './bundles.ts';
import { configOf } from './config.ts';

const workerd = resolve(import.meta.dirname, '..', '..', 'node_modules', 'workerd', 'bin', 'workerd');

const Listening = z.object({ event: z.literal('listen'), socket: z.string(), port: z.number() });

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
  const child = spawn(workerd, ['serve', '--control-fd=3', config], { stdio: ['ignore', output, output, 'pipe'] });
  closeSync(output);
  const exited = new Promise<void>((ended) => child.once('exit', () => ended()));
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    child.kill('SIGTERM');
    // It would wait for every request that is still on its way.
    const impatience = setTimeout(kill, 3_000);
    await exited;
    clearTimeout(impatience);
  };
  const control = child.stdio[3];
  if (!(control instanceof Readable)) throw new Error('workerd has no control channel.');
  const ports = await Promise.race([readPorts(control, options.bundles.length), exited.then(() => null)]);
  if (!ports) throw new Error(`workerd ended:\n${readFileSync(log, 'utf8').slice(-4_000)}`);
  const url = (worker: WorkerName) => `http://127.0.0.1:${ports.get(worker)}`;
  return { url, pid: child.pid ?? -1, stop };
}

/** The port of each socket, which workerd tells when it listens. Never resolves if it ends before. */
function readPorts(control: Readable, count: number): Promise<Map<string, number>> {
  const ports = new Map<string, number>();
  return new Promise((resolvePorts) => {
    createInterface({ input: control }).on('line', (line) => {
      const message = Listening.safeParse(JSON.parse(line));
      if (message.success) ports.set(message.data.socket, message.data.port);
      if (ports.size === count) resolvePorts(ports);
    });
  });
}
