/**
 * Writes the environment sections of every wrangler.toml from its base section and environments.toml; with `--check`,
 * fails if they are out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { parse } from 'smol-toml';
import { z } from 'zod';

import { BaseSection } from '#tools/environments/base-section.ts';
import { baseText, withEnvironments } from '#tools/environments/sections.ts';
import { readSettings } from '#tools/environments/settings.ts';
import { workers } from '#tools/workers.ts';

const root = resolve(import.meta.dirname, '..');
const isCheck = process.argv.includes('--check');
const settings = readSettings(root);

for (const { config } of workers) {
  const file = resolve(root, config);
  const text = readFileSync(file, 'utf8');
  const base = BaseSection.safeParse(parse(baseText(text)));
  if (!base.success) {
    console.error(
      `${config} has what tools/environments/base-section.ts does not know: say there how environments get it.\n` +
        z.prettifyError(base.error),
    );
    process.exit(1);
  }
  const written = withEnvironments(text, base.data, settings);
  if (written === text) continue;
  if (isCheck) {
    console.error(`${config}: the environment sections are out of date. Run: npm run generate`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, written);
    console.log(`${config}: environment sections written`);
  }
}
