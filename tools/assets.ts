/** Builds the gateway's static files: the landing page, the reference, the error catalogue and the API document. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { parse } from 'yaml';

import { problems } from '#shared/http/problems.ts';

const root = join(import.meta.dirname, '..');
const sources = join(root, 'tools', 'docs');
const swagger = join(root, 'node_modules', 'swagger-ui-dist');
const target = join(root, 'workers', 'gateway', 'public');

/** Everything is served by the gateway itself; no page loads anything from elsewhere. */
export function buildAssets(): void {
  const document = readFileSync(join(root, 'openapi.yaml'), 'utf8');
  write('index.html', read(sources, 'index.html'));
  write('openapi.yaml', document);
  write('openapi.json', JSON.stringify(parse(document)));
  write('docs/index.html', read(sources, 'reference.html'));
  write('docs/errors.html', errorCatalogue());
  for (const name of ['reference.js', 'pages.css']) write(`docs/assets/${name}`, read(sources, name));
  for (const name of ['swagger-ui-bundle.js', 'swagger-ui.css']) write(`docs/assets/${name}`, read(swagger, name));
}

function read(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

/** Only what differs: a running shop reloads when its files change. */
function write(name: string, content: string): void {
  const file = join(target, name);
  if (existsSync(file) && readFileSync(file, 'utf8') === content) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** Each problem's `type` URL leads to its entry here. */
function errorCatalogue(): string {
  const entries = Object.entries(problems).map(([code, { status, title }]) => {
    return `<section id="${code}"><h2><code>${code}</code></h2><p>${status}: ${title}.</p></section>`;
  });
  const head =
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">' +
    '<title>Errors · Edge Commerce</title><link rel="stylesheet" href="/docs/assets/pages.css">';
  return `<!doctype html><html lang="en"><head>${head}</head><body><main><h1>Errors</h1>${entries.join('')}</main></body></html>`;
}

if (process.argv[1] === import.meta.filename) buildAssets();
