import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { type Child, startChild } from '#tools/stack/child.ts';
import type { Ports } from '#tools/stack/ports.ts';
import type { LocalWorker } from '#tools/stack/worker-configs.ts';

const quiet = {
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  CI: 'true',
};
const readyMilliseconds = 120_000;

interface Options {
  root: string;
  directory: string;
  ports: Ports;
  onLine: (line: string) => void;
}

/** Starts all workers in one workerd and waits until the gateway and every database behind it answer. */
export async function startWorkers(
  workers: LocalWorker[],
  { root, directory, ports, onLine }: Options,
): Promise<Child> {
  const logFile = createWriteStream(join(directory, 'workers.log'));
  const child = startChild(
    [
      join(import.meta.dirname, 'attached.ts'),
      process.execPath,
      join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js'),
      'dev',
      ...workers.flatMap(({ file }) => ['-c', file]),
      ...['--ip', '127.0.0.1', '--port', String(ports.gateway), '--inspector-port', String(ports.inspector)],
      ...['--persist-to', join(directory, 'workers-state'), '--show-interactive-dev-session=false'],
    ],
    {
      cwd: root,
      // A registry of its own: in the common one, shops on the same machine take each other's cron triggers.
      env: { ...quiet, WRANGLER_REGISTRY_PATH: join(directory, 'registry') },
      onLine: (line) => {
        logFile.write(`${line}\n`);
        onLine(line);
      },
    },
  );
  await untilReady(child, ports.gateway, directory);
  return child;
}

async function untilReady(child: Child, port: number, directory: string): Promise<void> {
  const deadline = Date.now() + readyMilliseconds;
  let ended = false;
  void child.exited.then(() => (ended = true));
  while (Date.now() < deadline) {
    if (ended) throw new Error(`The workers did not start: see ${join(directory, 'workers.log')}`);
    if (await isReady(port)) return;
    await pause(200);
  }
  await child.stop();
  throw new Error(`The workers were not ready in time: see ${join(directory, 'workers.log')}`);
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(10_000) })).ok;
  } catch {
    return false;
  }
}
