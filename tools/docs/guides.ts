import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { escapeHtml } from '#tools/docs/html.ts';
import type { Page } from '#tools/docs/layout.ts';
import { type Rendered, renderMarkdown } from '#tools/docs/markdown.ts';
import type { Operation } from '#tools/docs/operations.ts';

interface Guide extends Rendered {
  path: string;
}

const folder = join(import.meta.dirname, '..', '..', 'docs', 'guides');

/** The guides as pages, in the order in which docs/guides/README.md lists them, after that list itself. */
export function guidePages(operations: Operation[]): Page[] {
  const index = readFileSync(join(folder, 'README.md'), 'utf8');
  const names = [...index.matchAll(/^- \[[^\]]*\]\(([\w-]+)\.md\)/gm)].map(([, name]) => name);
  const guides = names.map((name): Guide => {
    const rendered = renderMarkdown(readFileSync(join(folder, `${name}.md`), 'utf8'), operations);
    return { path: `/docs/guides/${name}`, ...rendered };
  });
  const list: Guide = { path: '/docs/guides', ...renderMarkdown(index, operations) };
  return [list, ...guides].map((guide, at) => ({
    path: guide.path,
    title: guide.title,
    description: guide.summary,
    kind: 'text',
    main: at === 0 ? guide.html : guide.html + neighbours(guides[at - 2], guides[at]),
    aside: aside(guides, guide),
    styles: ['site.css'],
    scripts: ['site.js'],
  }));
}

function aside(guides: Guide[], shown: Guide): string {
  const entries = guides.map((guide) => {
    if (guide !== shown) return `<li><a href="${guide.path}">${escapeHtml(guide.title)}</a></li>`;
    const sections = guide.sections.map(({ id, title }) => `<li><a href="#${id}">${escapeHtml(title)}</a></li>`);
    return `<li><a href="${guide.path}" aria-current="page">${escapeHtml(guide.title)}</a><ul>${sections.join('')}</ul></li>`;
  });
  return `<nav class="side" aria-label="Guides"><p>Guides</p><ul>${entries.join('')}</ul></nav>`;
}

function neighbours(before: Guide | undefined, after: Guide | undefined): string {
  const link = (guide: Guide | undefined, label: string, kind: string) =>
    guide ? `<a class="${kind}" href="${guide.path}"><span>${label}</span> ${escapeHtml(guide.title)}</a>` : '';
  return `<nav class="neighbours" aria-label="Next guide">${link(before, 'Before this', 'before')}${link(after, 'Next', 'after')}</nav>`;
}
