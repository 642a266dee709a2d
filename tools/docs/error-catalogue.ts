import { type ProblemCode, problems } from '#shared/http/problems.ts';
import { errorTexts } from '#tools/docs/error-texts.ts';
import { escapeHtml } from '#tools/docs/html.ts';
import type { Page } from '#tools/docs/layout.ts';
import { codeBlock } from '#tools/docs/markdown.ts';
import { codes, type Operation } from '#tools/docs/operations.ts';

const meanings: Record<number, string> = {
  400: 'The request is malformed',
  401: 'Who are you?',
  403: 'Not for your role',
  404: 'Not there, or not yours',
  405: 'Another method, please',
  409: 'Not in this state',
  412: 'It has changed meanwhile',
  413: 'Too large',
  415: 'Another content type, please',
  422: 'A value is wrong',
  428: 'Say which version you mean',
  429: 'Slower, please',
  500: 'Our fault',
  503: 'Not right now',
};

/** More operations than this are folded away, and more than that are only counted. */
const shownOperations = 6;
const listedOperations = 45;

const example = JSON.stringify(
  {
    type: 'http://localhost:8787/docs/errors#insufficient_stock',
    title: 'There is not enough stock',
    status: 409,
    detail: 'Choose a quantity that is available.',
    instance: '/v1/cart/items',
    code: 'insufficient_stock',
    request_id: '5a7dae49-874b-44df-997d-43ea800175b3',
    items: [{ product_id: '01a2072a-6ab3-7f86-b2d8-c9b7d7687629', requested: 500, available: 8 }],
  },
  null,
  2,
);

/** The page that every problem's `type` leads to: one entry a code, whose anchor is the code. */
export function errorCatalogue(operations: Operation[]): Page {
  const statuses = [...new Set(codes.map((code) => problems[code].status))];
  const groups = statuses.map((status) => {
    const entries = codes.filter((code) => problems[code].status === status).map((code) => entry(code, operations));
    return `<section class="status"><h2 id="status-${status}"><span>${status}</span> ${meanings[status] ?? ''}</h2>${entries.join('')}</section>`;
  });
  const jumps = statuses.map((status) => `<li><a href="#status-${status}">${status}</a></li>`);
  return {
    path: '/docs/errors',
    title: 'Errors',
    description: `What each of the ${codes.length} error codes means and what to do about it.`,
    kind: 'text',
    main: `<h1>Errors</h1>
<p class="lead">Every refusal is a problem document (RFC 9457) with a stable <code>code</code>. Its <code>type</code> is a link
to the entry on this page that says what happened and what to do.</p>
${codeBlock(`HTTP/1.1 409 Conflict\nContent-Type: application/problem+json\n\n${example}`, 'http')}
<p>Decide by <code>code</code>: titles and details are for people and may be reworded, codes never change.
<code>request_id</code> is what to quote when you ask us. Which errors are worth repeating, and how, is in the guide
<a href="/docs/guides/errors">Errors and retries</a>.</p>
<nav class="jumps" aria-label="By status"><ul>${jumps.join('')}</ul></nav>
${groups.join('\n')}`,
    aside: aside(statuses),
    styles: ['site.css'],
    scripts: ['site.js'],
  };
}

function entry(code: ProblemCode, operations: Operation[]): string {
  const { status, title } = problems[code];
  const [meaning, remedy] = errorTexts[code];
  const answering = operations.filter((operation) => operation.codes.has(code));
  return `<article class="error" id="${code}" aria-labelledby="${code}-name">
<h3 id="${code}-name"><a href="#${code}"><code>${code}</code></a> <span class="badge">${status}</span></h3>
<p class="title">${escapeHtml(title)}.</p>
<dl><dt>What it means</dt><dd>${prose(meaning)}</dd><dt>What to do</dt><dd>${prose(remedy)}</dd>
<dt>Answered by</dt><dd>${answeredBy(answering, operations.length)}</dd></dl>
</article>`;
}

function answeredBy(answering: Operation[], all: number): string {
  if (answering.length === 0) return 'No operation in particular.';
  if (answering.length === all) return 'Every operation.';
  if (answering.length > listedOperations) return `${answering.length} of the ${all} operations.`;
  const list = `<ul class="operations">${answering.map(operationLink).join('')}</ul>`;
  if (answering.length <= shownOperations) return list;
  return `<details><summary>${answering.length} operations</summary>${list}</details>`;
}

function operationLink({ method, path, summary, href }: Operation): string {
  return `<li><a href="${href}" title="${escapeHtml(summary)}"><code><b>${method}</b> ${escapeHtml(path)}</code></a></li>`;
}

/** Text in which `this` is code, and the code of another error a link to it. */
function prose(text: string): string {
  return escapeHtml(text).replaceAll(/`([^`]+)`/g, (_, code: string) =>
    code in problems ? `<a href="#${code}"><code>${code}</code></a>` : `<code>${code}</code>`,
  );
}

function aside(statuses: number[]): string {
  const groups = statuses.map((status) => {
    const entries = codes.filter((code) => problems[code].status === status);
    const links = entries.map((code) => `<li><a href="#${code}"><code>${code}</code></a></li>`);
    return `<li><a href="#status-${status}">${status}</a><ul>${links.join('')}</ul></li>`;
  });
  return `<nav class="side codes" aria-label="Error codes"><p>Codes</p><ul>${groups.join('')}</ul></nav>`;
}
