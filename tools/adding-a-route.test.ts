import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs', 'adding-a-route.md'), 'utf8');
const blocks = [...page.matchAll(/^```ts file=(\S+)(?: after="([^\n]*)")?\n([\s\S]*?)^```$/gm)].map(
  ([, file = '', after, code = '']) => ({ file, after, code }),
);
let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'adding-a-route-'));
  const files = execFileSync(
    'tar',
    ['-cf', '-', '--exclude=./node_modules', '--exclude=./.git', '--exclude=./.data', '.'],
    {
      cwd: root,
      maxBuffer: 1_000_000_000,
    },
  );
  execFileSync('tar', ['-xf', '-'], { cwd: copy, input: files });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const { file, after, code } of blocks) {
    const path = join(copy, file);
    mkdirSync(dirname(path), { recursive: true });
    if (after === undefined) {
      writeFileSync(path, code, { flag: 'wx' });
      continue;
    }
    const before = readFileSync(path, 'utf8');
    const parts = before.split(`${after}\n`);
    if (parts.length !== 2) throw new Error(`Not once in ${file}: ${after}`);
    writeFileSync(path, parts.join(`${after}\n${code}`));
  }
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

it('takes as many files and lines as the page says', () => {
  const added = blocks.filter(({ after }) => after !== undefined);
  expect(blocks.filter(({ after, file }) => after === undefined && file.startsWith('workers/'))).toHaveLength(3);
  expect(blocks.filter(({ after, file }) => after === undefined && file.startsWith('tests/'))).toHaveLength(1);
  expect(new Set(added.map(({ file }) => file)).size).toBe(3);
});

it('compiles, is in the document, and is formatted', () => {
  expect(run('node_modules/typescript/bin/tsc', '--noEmit', '-p', '.')).toEqual({ status: 0, said: '' });
  expect(run('tools/openapi.ts')).toEqual({ status: 0, said: '' });
  expect(readFileSync(join(copy, 'openapi.yaml'), 'utf8')).toContain('operationId: getOrderStatistics');
  const files = blocks.filter(({ file }) => !file.startsWith('tests/access')).map(({ file }) => file);
  expect(run('node_modules/oxfmt/bin/oxfmt', '--check', ...files).status).toBe(0);
});
