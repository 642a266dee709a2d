/**
 * `generate`: writes the migrations that the schemas of the four databases lack.
 * `check`: fails if one is missing, if the migrations' history does not hold together, or if one has a statement that a
 * shop in use does not bear (docs/migrations.md).
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { type ServiceName, serviceNames } from '#tools/migrate.ts';
import { isBaseline } from '#tools/migrations/baseline.ts';
import { migrationsOf } from '#tools/migrations/files.ts';
import { refusalsIn } from '#tools/migrations/rules.ts';

function drizzleKit(command: string, config: string): void {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['node_modules/drizzle-kit/bin.cjs', command, '--config', config],
    { encoding: 'utf8' },
  );
  if (status === 0) return;
  console.error(stdout + stderr);
  process.exit(status ?? 1);
}

function generate(service: ServiceName): void {
  drizzleKit('generate', `drizzle/${service}/drizzle.config.ts`);
}

/** Generates into a copy: a migration that appears there is one that was not committed. */
function check(service: ServiceName): void {
  drizzleKit('check', `drizzle/${service}/drizzle.config.ts`);
  const migrations = migrationsOf(service).filter(({ name }) => !isBaseline(service, name));
  for (const { migration, line, reason } of refusalsIn(migrations)) {
    console.error(`drizzle/${service}/migrations/${migration}.sql:${line}: ${reason}`);
    process.exitCode = 1;
  }
  const before = readdirSync(`drizzle/${service}/migrations`).sort();
  const copy = mkdtempSync(join('drizzle', '.check-'));
  try {
    cpSync(`drizzle/${service}/migrations`, join(copy, 'migrations'), { recursive: true });
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        'node_modules/drizzle-kit/bin.cjs',
        'generate',
        '--dialect=postgresql',
        `--schema=drizzle/${service}/schema.ts`,
        `--out=${join(copy, 'migrations')}`,
      ],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(stdout + stderr);
    const missing = readdirSync(join(copy, 'migrations')).filter((name) => !before.includes(name));
    if (missing.length > 0) {
      console.error(`The schema of ${service} has changes without a migration. Run: npm run db:generate`);
      process.exitCode = 1;
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

const [command] = process.argv.slice(2);
if (command !== 'generate' && command !== 'check') {
  console.error('usage: node tools/migrations.ts generate | check');
  process.exit(2);
}
for (const service of serviceNames) (command === 'generate' ? generate : check)(service);
