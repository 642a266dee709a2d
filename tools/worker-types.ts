/** Writes the types of every worker's bindings from its wrangler.toml; with `--check`, fails if they are out of date. */
import { spawnSync } from 'node:child_process';

import { workers } from '#tools/workers.ts';

const check = process.argv.includes('--check') ? ['--check'] : [];

for (const { name, config, folder } of workers) {
  const others = workers.filter((other) => other.name !== name).flatMap((other) => ['-c', other.config]);
  const bindings = `${name.charAt(0).toUpperCase()}${name.slice(1)}Bindings`;
  const { status } = spawnSync(
    process.execPath,
    [
      'node_modules/wrangler/bin/wrangler.js',
      'types',
      `${folder}/worker-configuration.d.ts`,
      ...['-c', config, ...others],
      ...['--include-runtime=false', '--include-main-module=false', '--strict-vars=false'],
      ...['--env-interface', bindings],
      ...check,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, WRANGLER_SEND_METRICS: 'false' } },
  );
  if (status !== 0) process.exit(status ?? 1);
}
