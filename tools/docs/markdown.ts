import { Marked, type Tokens } from 'marked';

import { problems } from '#shared/http/problems.ts';
import { highlight } from '#tools/docs/highlight.ts';
import { anchorOf, escapeHtml } from '#tools/docs/html.ts';
import type { Operation } from '#tools/docs/operations.ts';

export interface Rendered {
  title: string;
  /** The first paragraph, as plain text. */
  summary: string;
  html: string;
  sections: { id: string; title: string }[];
}

const labels: Record<string, string> = { bash: 'Request', http: 'Answer', json: 'JSON', text: 'Diagram' };

/**
 * A guide as HTML. `code` that is an error's code leads to its entry, `METHOD /path` of an operation to the reference,
 * and `name.md` to the page of that guide, so that the Markdown itself stays readable anywhere.
 */
export function renderMarkdown(markdown: string, operations: Operation[]): Rendered {
  const links = new Map(operations.map(({ method, path, href }) => [`${method} ${path}`, href]));
  const sections: Rendered['sections'] = [];
  let title = '';
  let summary = '';
  const marked = new Marked({
    renderer: {
      html: ({ text }) => (text.startsWith('<!--') ? '' : text),
      heading({ tokens, depth }) {
        const plain = plainText(tokens);
        const html = this.parser.parseInline(tokens);
        if (depth === 1) {
          title = plain;
          return `<h1>${html}</h1>\n`;
        }
        const id = anchorOf(plain);
        if (depth === 2) sections.push({ id, title: plain });
        const anchor = `<a class="anchor" href="#${id}" aria-hidden="true" tabindex="-1">#</a>`;
        return `<h${depth} id="${id}">${html}${anchor}</h${depth}>\n`;
      },
      paragraph({ tokens }) {
        const isFirst = summary === '';
        if (isFirst) summary = plainText(tokens);
        return `<p${isFirst ? ' class="lead"' : ''}>${this.parser.parseInline(tokens)}</p>\n`;
      },
      code: ({ text, lang = '' }) => codeBlock(text, lang),
      codespan({ text }) {
        const href = text in problems ? `/docs/errors#${text}` : links.get(text);
        const code = `<code>${escapeHtml(text)}</code>`;
        return href === undefined ? code : `<a href="${href}">${code}</a>`;
      },
      link({ href, tokens }) {
        return `<a href="${escapeHtml(addressOf(href))}">${this.parser.parseInline(tokens)}</a>`;
      },
      table(token) {
        const row = (cells: Tokens.TableCell[], tag: string) =>
          `<tr>${cells.map(({ tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`).join('')}</tr>`;
        const body = token.rows.map((cells) => row(cells, 'td')).join('');
        const table = `<table><thead>${row(token.header, 'th')}</thead><tbody>${body}</tbody></table>`;
        return `<div class="scroll" tabindex="0" role="region" aria-label="Table">${table}</div>\n`;
      },
    },
  });
  const html = marked.parse(markdown, { async: false });
  return { title, summary, html, sections };
}

/** A block of code that scrolls in itself; the page's script gives it a button for copying. */
export function codeBlock(code: string, language: string): string {
  const label = labels[language] ?? language;
  const pre = `<pre tabindex="0" role="region" aria-label="${label}"><code>${highlight(code, language)}</code></pre>`;
  return `<figure class="code ${language}"><figcaption>${label}</figcaption>${pre}</figure>\n`;
}

function plainText(tokens: Tokens.Generic[]): string {
  return tokens.map((token) => (token.tokens ? plainText(token.tokens) : String(token['text'] ?? ''))).join('');
}

function addressOf(href: string): string {
  if (/^(https?:|#)/.test(href)) return href;
  const [, name, anchor = ''] = /^([\w-]+)\.md(#.*)?$/.exec(href) ?? [];
  if (name === undefined) throw new Error(`A guide links to ${href}, which is no page.`);
  return name === 'README' ? `/docs/guides${anchor}` : `/docs/guides/${name}${anchor}`;
}
