import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

import { errorCatalogue } from '#tools/docs/error-catalogue.ts';
import { guidePages } from '#tools/docs/guides.ts';
import { landingPage } from '#tools/docs/landing.ts';
import { layout, type Page } from '#tools/docs/layout.ts';
import { operationsOf } from '#tools/docs/operations.ts';
import { referencePage } from '#tools/docs/reference.ts';

const swagger = join(import.meta.dirname, '..', '..', 'node_modules', 'swagger-ui-dist');

const files = [
  ...['site.css', 'reference.css', 'site.js', 'landing.js', 'reference.js', 'icon.svg'].map((name) =>
    join(import.meta.dirname, name),
  ),
  ...['swagger-ui-bundle.js', 'swagger-ui.css'].map((name) => join(swagger, name)),
];

/** Every page, in the order of the navigation. */
function pagesOf(document: unknown): Page[] {
  const operations = operationsOf(document);
  return [landingPage(operations), ...guidePages(operations), referencePage(), errorCatalogue(operations)];
}

/** The site's files by name: pages as HTML, and what they load under names that change with the content. */
export function siteFiles(document: unknown): Map<string, string> {
  const assets = new Map(
    files.map((file) => {
      const content = readFileSync(file, 'utf8');
      const hash = createHash('sha256').update(content).digest('hex').slice(0, 10);
      const name = file.slice(file.lastIndexOf('/') + 1);
      const extension = extname(name);
      return [name, { name: `docs/assets/${name.slice(0, -extension.length)}.${hash}${extension}`, content }];
    }),
  );
  const addressOf = (name: string) => {
    const asset = assets.get(name);
    if (!asset) throw new Error(`There is no static file ${name}.`);
    return `/${asset.name}`;
  };
  return new Map([
    ...[...assets.values()].map(({ name, content }) => [name, content] as const),
    ...pagesOf(document).map((page) => [fileOf(page.path), layout(page, addressOf)] as const),
  ]);
}

/** The file that static assets serve at this address. */
function fileOf(path: string): string {
  return path === '/' ? 'index.html' : `${path.slice(1)}.html`;
}
