import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { buildAssets } from '#tools/assets.ts';
import { driveCron } from '#tools/stack/cron.ts';
import { type Databases, startDatabases } from '#tools/stack/databases.ts';
import { loadKeys } from '#tools/stack/keys.ts';
import { assertFree, portsFrom } from '#tools/stack/ports.ts';
import { writeWorkerConfigs } from '#tools/stack/worker-configs.ts';
import { startWorkers } from '#tools/stack/wrangler.ts';

/** A whole running shop. */
export interface Stack {
  url: string;
  databases: Databases;
  /** Resolves when the workers have ended, by `stop` or by themselves. */
  ended: Promise<unknown>;
  stop(): Promise<void>;
}

export interface StackOptions {
  /** Holds everything the stack keeps: databases, keys, logs. */
  directory: string;
  /** The gateway's port; the others follow from it. */
  port: number;
  /** false for tests: nothing is forced to disk. */
  durable: boolean;
  /** Further variables of every worker. */
  variables?: Record<string, string>;
  log: (line: string) => void;
  onWorkerLine: (line: string) => void;
}

const root = resolve(import.meta.dirname, '..', '..');

/** Boots databases, migrations and workers. On failure everything that was started is ended again. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { port, durable, log } = options;
  const directory = resolve(options.directory);
  const ports = portsFrom(port);
  mkdirSync(directory, { recursive: true });
  await assertFree(ports.gateway, 'gateway');
  await assertFree(ports.neon, 'Neon-compatible endpoint');
  await assertFree(ports.inspector, 'debugger');
  buildAssets();
  const databases = await startDatabases({ directory, ports, durable, log });
  try {
    writeUrls(directory, port, databases);
    const keys = await loadKeys(directory);
    const url = `http://localhost:${port}`;
    const workers = writeWorkerConfigs(root, directory, { url, databases, keys, variables: options.variables ?? {} });
    log('Starting the workers');
    const child = await startWorkers(workers, { root, directory, ports, onLine: options.onWorkerLine });
    const stopCron = driveCron(url, workers, log);
    const stop = async () => {
      stopCron();
      await child.stop();
      await databases.stop();
    };
    return { url, databases, ended: child.exited, stop };
  } catch (error) {
    await databases.stop();
    throw error;
  }
}

/** Read by `npm run db:urls`. It holds passwords, so only its owner may read it. */
function writeUrls(directory: string, port: number, { urls }: Databases): void {
  const file = join(directory, 'urls.json');
  writeFileSync(file, JSON.stringify({ port, urls }), { mode: 0o600 });
  chmodSync(file, 0o600);
}
