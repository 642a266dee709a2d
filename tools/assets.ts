/** Builds the gateway's static files: the pages of the documentation, what they load, and the API document. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { parse } from 'yaml';

import { siteFiles } from '#tools/docs/site.ts';

const root = join(import.meta.dirname, '..');
const target = join(root, 'workers', 'gateway', 'public');

/** Everything is served by the gateway itself; no page loads anything from elsewhere. */
export function buildAssets(): void {
  const yaml = readFileSync(join(root, 'openapi.yaml'), 'utf8');
  const document: unknown = parse(yaml);
  const files = siteFiles(document).set('openapi.yaml', yaml).set('openapi.json', JSON.stringify(document));
  for (const [name, content] of files) write(name, content);
  for (const name of existing()) if (!files.has(name)) rmSync(join(target, name));
}

/** Only what differs: a running shop reloads when its files change. */
function write(name: string, content: string): void {
  const file = join(target, name);
  if (existsSync(file) && readFileSync(file, 'utf8') === content) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function existing(): string[] {
  return readdirSync(target, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(target.length + 1));
}

if (process.argv[1] === import.meta.filename) buildAssets();
