/** Bundles every worker as a deployment would, without deploying: dist/<worker>, with its size. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

import { workers } from '#tools/workers.ts';

for (const { name, config } of workers) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['node_modules/wrangler/bin/wrangler.js', 'deploy', '-c', config, '--dry-run', '--outdir', resolve('dist', name)],
    { encoding: 'utf8', env: { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true' } },
  );
  if (status !== 0) {
    console.error(stdout + stderr);
    process.exit(status ?? 1);
  }
  console.log(`${name.padEnd(14)} ${/Total Upload: .*/.exec(stdout)?.[0] ?? ''}`);
}
