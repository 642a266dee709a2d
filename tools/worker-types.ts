/** Writes the types of every worker's bindings from its wrangler.toml; with `--check`, fails if they are out of date. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { parse, stringify } from 'smol-toml';
import { z } from 'zod';

import { workers } from '#tools/workers.ts';

const check = process.argv.includes('--check') ? ['--check'] : [];
const folder = join('dist', 'base-sections');
const Config = z.looseObject({ main: z.string(), env: z.unknown() });

/** Without the environments: they have the same bindings, but what these name differs, so that wrangler would give up. */
function writeBaseSection(name: string, config: string): string {
  const { env: _, main, ...base } = Config.parse(parse(readFileSync(config, 'utf8')));
  const entry = relative(folder, join(dirname(config), main));
  const file = join(folder, `${name}.toml`);
  writeFileSync(file, stringify({ main: entry, ...base }));
  return file;
}

mkdirSync(folder, { recursive: true });
const configs = workers.map((worker) => ({ ...worker, config: writeBaseSection(worker.name, worker.config) }));

for (const { name, config, folder: source } of configs) {
  const others = configs.filter((other) => other.name !== name).flatMap((other) => ['-c', other.config]);
  const bindings = `${name.charAt(0).toUpperCase()}${name.slice(1)}Bindings`;
  const { status } = spawnSync(
    process.execPath,
    [
      'node_modules/wrangler/bin/wrangler.js',
      'types',
      `${source}/worker-configuration.d.ts`,
      ...['-c', config, ...others],
      ...['--include-runtime=false', '--include-main-module=false', '--strict-vars=false'],
      ...['--env-interface', bindings],
      ...check,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, WRANGLER_SEND_METRICS: 'false' } },
  );
  if (status !== 0) process.exit(status ?? 1);
}
