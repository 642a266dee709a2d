import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { problems } from '#shared/http/problems.ts';
import { anchorOf } from '#tools/docs/html.ts';
import { firstRequest } from '#tools/docs/landing.ts';

import { type Answer, api, expectProblem, newShopper } from './support/client.ts';
import { guidesFolder } from './support/guides.ts';

const root = join(guidesFolder, '..', '..');
const guides = readdirSync(guidesFolder).map((name) => name.replace(/\.md$/, ''));
const pages = [
  '/',
  '/docs',
  '/docs/errors',
  '/docs/guides',
  ...guides.filter((name) => name !== 'README').map((name) => `/docs/guides/${name}`),
];

const read = new Map<string, Answer>();

/** A page or file of the gateway, asked for once. */
async function pageAt(path: string): Promise<Answer> {
  const known = read.get(path) ?? (await api('GET', path));
  read.set(path, known);
  return known;
}

function addressesIn(html: string): string[] {
  return [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, address = '']) => address.replaceAll('&amp;', '&'));
}

function anchorsIn(html: string): string[] {
  return [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => id);
}

describe('the pages', () => {
  it.each(pages)('%s is whole, and loads nothing from elsewhere', async (path) => {
    const { status, headers, body } = await pageAt(path);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy.includes('unsafe-inline')).toBe(path === '/docs');
    expect(addressesIn(body).filter((address) => !/^[/#]/.test(address))).toEqual([]);
    expect(body).not.toMatch(/<style|\sstyle="|\son\w+="|<script(?![^>]*\ssrc=")/);
    expect(body.match(/<h1/g)).toHaveLength(1);
    const levels = [...body.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
    expect(levels.filter((level, at) => at > 0 && level > (levels[at - 1] ?? 0) + 1)).toEqual([]);
    for (const part of ['<html lang="en">', '<main id="main"', 'href="#main"', '<nav aria-label="Main"', '<title>']) {
      expect(body).toContain(part);
    }
    expect(anchorsIn(body).length).toBe(new Set(anchorsIn(body)).size);
  });

  it.each(pages)('every link of %s leads somewhere', async (path) => {
    const document = (await pageAt('/openapi.json')).body;
    const dead: string[] = [];
    for (const address of addressesIn((await pageAt(path)).body)) {
      const [target = '', anchor] = address.split('#');
      const { status, body } = await pageAt(target === '' ? path : target);
      const isThere = status === 200 && (anchor === undefined || leadsTo(anchor, String(body), document));
      if (!isThere) dead.push(address);
    }
    expect(dead).toEqual([]);
  });

  it('are asked for anew and answered with 304 while they are the same', async () => {
    for (const path of ['/', '/docs', '/docs/guides/checkout', '/openapi.yaml']) {
      const { headers } = await pageAt(path);
      expect(headers.get('cache-control')).toBe('public, max-age=0, must-revalidate');
      const again = await api('GET', path, { headers: { 'if-none-match': headers.get('etag') ?? '' } });
      expect([again.status, again.body]).toEqual([304, '']);
    }
  });

  it('show a first request whose answer is what the shop says', async () => {
    const { status, headers, body } = await api('GET', firstRequest.path);
    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toMatchObject(firstRequest.headers);
    expect(body).toMatchObject(firstRequest.body);
  });

  it('load files that browsers keep, since their names change with their content', async () => {
    const addresses = new Set(addressesIn((await pageAt('/docs')).body));
    const files = [...addresses].filter((address) => address.startsWith('/docs/assets/'));
    expect(files).toHaveLength(7);
    for (const file of files) {
      const { status, headers } = await pageAt(file);
      expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    }
  });

  it('answer HEAD, and 404 where there is none', async () => {
    for (const path of pages) {
      const { status, body, headers } = await api('HEAD', path);
      expect([status, body, headers.get('content-type')]).toEqual([200, '', 'text/html; charset=utf-8']);
    }
    for (const path of ['/docs/none', '/docs/guides/none', '/docs/guides/checkout.html', '/docs/assets/none.css']) {
      expectProblem(await api('GET', path), 404, 'not_found');
    }
  });
});

/** An element of the page, or for the reference an operation of the document. */
function leadsTo(anchor: string, html: string, document: Answer['body']): boolean {
  if (!anchor.startsWith('/')) return anchorsIn(html).includes(anchor);
  const [, tag = '', operation = ''] = anchor.split('/').map(decodeURIComponent);
  return Object.values(document.paths)
    .flatMap((item) => Object.values(Object(item)))
    .map(Object)
    .some(({ operationId, tags = [] }) => operationId === operation && tags[0] === tag);
}

describe('the error catalogue', () => {
  it.each(Object.entries(problems))('tells what %s means and what to do', async (code, { status, title }) => {
    const { body } = await pageAt('/docs/errors');
    const entry =
      String(body)
        .split('<article ')
        .find((part) => part.includes(`id="${code}"`)) ?? '';
    for (const part of [`>${status}<`, `${title}.`, 'What it means', 'What to do', 'Answered by']) {
      expect(entry).toContain(part);
    }
  });

  it('is where the type of every problem leads', async () => {
    const { token } = await newShopper();
    const refusals = await Promise.all([
      api('GET', '/v1/me'),
      api('GET', '/v1/admin/orders', { token }),
      api('GET', '/v1/nothing'),
      api('DELETE', '/v1/products'),
      api('POST', '/v1/cart/items', { token, body: '{' }),
      api('POST', '/v1/cart/items', { token, body: {} }),
      api('POST', '/v1/orders', { token, body: {} }),
      api('GET', '/docs/none'),
    ]);
    const { body } = await pageAt('/docs/errors');
    for (const { body: problem } of refusals) {
      const type = new URL(problem.type);
      expect([type.pathname, type.hash]).toEqual(['/docs/errors', `#${problem.code}`]);
      expect(anchorsIn(body)).toContain(problem.code);
    }
  });

  it('names the operations that answer a code', async () => {
    const { body } = await pageAt('/docs/errors');
    const entry =
      String(body)
        .split('<article ')
        .find((part) => part.includes('id="order_already_paid"')) ?? '';
    expect(entry).toContain('href="/docs#/Payments/createPayment"');
  });
});

describe('the Markdown', () => {
  const files = ['README.md', 'CONTRIBUTING.md', ...markdownIn('docs')];

  it.each(files)('every relative link of %s leads to a file, and its anchor to a heading', (file) => {
    const dead: string[] = [];
    for (const [, address = ''] of readFileSync(join(root, file), 'utf8').matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(address)) continue;
      const [path = '', anchor] = address.split('#');
      const target = path === '' ? join(root, file) : join(root, dirname(file), path);
      const isThere = existsSync(target) && (anchor === undefined || headingsOf(target).includes(anchor));
      if (!isThere) dead.push(address);
    }
    expect(dead).toEqual([]);
  });

  it('of the guides names only routes that there are, and lists every guide', async () => {
    const { paths } = (await pageAt('/openapi.json')).body;
    for (const name of guides) {
      const markdown = readFileSync(join(guidesFolder, `${name}.md`), 'utf8');
      const routes = [...markdown.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/[^`*]+)`/g)];
      const unknown = routes.filter(([, method = '', path = '']) => !paths[path]?.[method.toLowerCase()]);
      expect(unknown.map(([route]) => route).filter((route) => !route.includes('/dev/'))).toEqual([]);
    }
    const { body } = await pageAt('/docs/guides');
    for (const path of pages.slice(4)) expect(body).toContain(`href="${path}"`);
  });
});

function markdownIn(folder: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.md')).map((name) => join(folder, name));
}

function headingsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));
}
