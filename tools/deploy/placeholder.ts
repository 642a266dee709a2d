import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Target } from '#tools/deploy/targets.ts';
import { deploy } from '#tools/deploy/wrangler.ts';

/**
 * Cloudflare refuses a binding to a worker, or to a named entrypoint, that does not exist, and the services are bound to
 * each other in circles. So each begins as a worker that has its entrypoints and answers 503 to everything. Without
 * Durable Objects, queue or cron: those come with the real one.
 */
export async function deployPlaceholder({ script, compatibilityDate, entrypoints }: Target): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'placeholder-'));
  try {
    const config = { name: script, main: 'index.js', compatibility_date: compatibilityDate, workers_dev: false };
    writeFileSync(join(folder, 'wrangler.json'), JSON.stringify(config));
    writeFileSync(join(folder, 'index.js'), placeholderCode(entrypoints));
    await deploy(['-c', join(folder, 'wrangler.json'), '--message', 'placeholder']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function placeholderCode(entrypoints: string[]): string {
  return [
    ...(entrypoints.length > 0 ? [`import { WorkerEntrypoint } from 'cloudflare:workers';`] : []),
    ...entrypoints.map((name) => `export class ${name} extends WorkerEntrypoint {}`),
    `const headers = { 'retry-after': '60' };`,
    `export default { fetch: () => new Response('Not deployed yet.', { status: 503, headers }) };`,
    '',
  ].join('\n');
}
