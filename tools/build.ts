/**
 * Bundles every worker as a deployment would, without deploying: dist/<worker>. Fails if one is larger than
 * bench/bundle-budgets.json allows; with `--startup`, also if one takes longer to start.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { z } from 'zod';

import { workers } from '#tools/workers.ts';

const Budgets = z.strictObject({
  note: z.string(),
  startup_cpu_ms: z.number(),
  gzip_kib: z.record(z.enum(workers.map(({ name }) => name)), z.number()),
});

const budgets = Budgets.parse(JSON.parse(readFileSync('bench/bundle-budgets.json', 'utf8')));
const isStartupAsked = process.argv.includes('--startup');

function wrangler(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['node_modules/wrangler/bin/wrangler.js', ...args], {
    encoding: 'utf8',
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', NO_COLOR: '1' },
  });
  if (status === 0) return stdout;
  console.error(stdout + stderr);
  return process.exit(status ?? 1);
}

/** In KiB, as Cloudflare's limit counts it. */
function gzipIn(output: string): number {
  const size = /gzip: ([\d.]+) KiB/.exec(output)?.[1];
  if (size === undefined) throw new Error(`wrangler did not say how large the bundle is:\n${output}`);
  return Number(size);
}

/** Milliseconds of CPU from the start until the worker could answer. */
function startupOf(config: string, name: string): number {
  const output = wrangler('check', 'startup', '-c', config, '--outfile', resolve('dist', `${name}.cpuprofile`));
  const time = /Active: ([\d.]+) ms/.exec(output)?.[1];
  if (time === undefined) throw new Error(`wrangler did not say how long the worker takes to start:\n${output}`);
  return Number(time);
}

function refuse(why: string): void {
  console.error(why);
  process.exitCode = 1;
}

for (const { name, config } of workers) {
  const gzip = gzipIn(wrangler('deploy', '-c', config, '--env', '', '--dry-run', '--outdir', join('dist', name)));
  const budget = budgets.gzip_kib[name];
  console.log(`${name.padEnd(14)} ${gzip.toFixed(1).padStart(6)} KiB gzip, of ${budget}`);
  if (gzip > budget) {
    refuse(
      `${name} is larger than bench/bundle-budgets.json allows. See what came in: wrangler deploy --dry-run --metafile`,
    );
  }
  if (!isStartupAsked) continue;
  const startup = startupOf(config, name);
  console.log(`${' '.repeat(14)} ${startup.toFixed(1).padStart(6)} ms of CPU to start, of ${budgets.startup_cpu_ms}`);
  if (startup > budgets.startup_cpu_ms) refuse(`${name} takes too long to start. See dist/${name}.cpuprofile`);
}
