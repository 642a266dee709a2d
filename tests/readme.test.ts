import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { shopUrl } from './support/shop.ts';

const tour =
  /## A tour[\s\S]*?(?=\n## )/.exec(readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8'))?.[0] ?? '';

it('the README’s tour prints what the README says', () => {
  const commands = [...tour.matchAll(/```bash\n([\s\S]*?)```/g)].map(([, code]) => code ?? '');
  const printed = [...tour.matchAll(/```text\n([\s\S]*?)```/g)].map(([, text]) => text ?? '');
  expect(commands).toHaveLength(7);
  expect(printed).toHaveLength(7);
  const separator = '-- next --\n';
  const script = commands.join(`\nprintf '%s' '${separator}'\n`).replace('http://localhost:8787', shopUrl());
  const { stdout, stderr, status } = spawnSync('bash', ['-eu', '-o', 'pipefail', '-c', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout.split(separator)).toEqual(printed);
  expect(status).toBe(0);
});
