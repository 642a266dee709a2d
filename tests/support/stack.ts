import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TestProject } from 'vitest/node';

import { loadDemoData } from '#tools/stack/demo.ts';
import { isFree, portsFrom } from '#tools/stack/ports.ts';
import { startStack } from '#tools/stack/stack.ts';

import { refuseLoggedSecrets } from './secrets.ts';

declare module 'vitest' {
  interface ProvidedContext {
    stack: { url: string; directory: string; urls: Record<string, string>; neonEndpoint: string };
  }
}

/** Whose pages may call the shop. */
export const allowedOrigins = ['https://store.example.com', 'https://staff.example.com'];

/** Boots a whole shop for the integration tests: the same one as `npm start`, in a folder and on ports of its own. */
export default async function setup(project: TestProject) {
  const directory = mkdtempSync(join(tmpdir(), 'shop-test-'));
  const said: string[] = [];
  const stack = await startStack({
    directory,
    port: await freePortRange(),
    durable: false,
    variables: { TEST_CHECKPOINTS: 'on', ALLOWED_ORIGINS: allowedOrigins.join(', ') },
    log: (line) => said.push(line),
    onWorkerLine: (line) => {
      if (process.env['SHOP_TEST_LOGS']) console.log(line);
    },
  }).catch((error: unknown) => {
    console.error(said.join('\n'));
    throw error;
  });
  await loadDemoData(stack, () => {});
  const { urls, neonEndpoint } = stack.databases;
  project.provide('stack', { url: stack.url, directory, urls, neonEndpoint });
  return async () => {
    await stack.stop();
    refuseLoggedSecrets(readFileSync(join(directory, 'workers.log'), 'utf8'));
    if (process.env['SHOP_TEST_KEEP']) console.log(`Kept ${directory}`);
    else rmSync(directory, { recursive: true, force: true });
  };
}

/** A gateway port whose followers are free too, below the range that systems hand out by themselves. */
async function freePortRange(): Promise<number> {
  for (let port = 20_000 + (process.pid % 1_000) * 10; port < 32_000; port += 10) {
    const free = await Promise.all(Object.values(portsFrom(port)).map(isFree));
    if (free.every(Boolean)) return port;
  }
  throw new Error('No free ports from 20000 to 32000.');
}
