import type { Page } from '#tools/docs/layout.ts';
import { codeBlock } from '#tools/docs/markdown.ts';
import { codes, type Operation } from '#tools/docs/operations.ts';

/** What the page shows and its button sends. The answer is a part of the real one. */
export const firstRequest = {
  path: '/v1/products?category=indoor&sort=-price&limit=1',
  headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=30, stale-while-revalidate=30' },
  body: {
    data: [
      {
        name: 'Pink Armchair',
        price: '750.00',
        currency: 'USD',
        availability: { status: 'out_of_stock', available_quantity: 0 },
      },
    ],
    page: { has_more: true },
  },
};

const request = `curl -i 'http://localhost:8787${firstRequest.path}'`;

const answer = [
  'HTTP/1.1 200 OK',
  ...Object.entries(firstRequest.headers).map(([name, value]) => `${name}: ${value}`),
  '',
  JSON.stringify(firstRequest.body, null, 2),
].join('\n');

const promises = [
  [
    'It never oversells.',
    'Stock is reserved by one SQL statement under a constraint, not by checking first. Of a thousand shoppers who want the last one, one gets it.',
    ['How checkout works', '/docs/guides/checkout'],
  ],
  [
    'It never charges twice.',
    'One live payment an order is a unique index. Every mutation can be repeated: lose an answer, send it again, get the same one.',
    ['Idempotency', '/docs/guides/idempotency'],
  ],
  [
    'It says what is wrong.',
    'Every refusal is a problem document with a stable code, a pointer to the value, and a link to what to do about it.',
    ['The error catalogue', '/docs/errors'],
  ],
] as const;

/** What this is, what it promises, a first request, and where to go on. */
export function landingPage(operations: Operation[]): Page {
  const columns = promises.map(
    ([title, text, [name, href]]) => `<li><h2>${title}</h2><p>${text}</p><p><a href="${href}">${name}</a></p></li>`,
  );
  return {
    path: '/',
    title: 'Edge Commerce: the back end of a shop, at the edge',
    description:
      'An open-source e-commerce API that runs at the edge: catalogue, stock, carts, orders and payments behind one gateway.',
    kind: 'landing',
    styles: ['site.css'],
    scripts: ['site.js', 'landing.js'],
    main: `
<div class="hero">
<h1>The back end of a shop, at&nbsp;the&nbsp;edge.</h1>
<p class="lead">Catalogue, stock, carts, orders and payments behind one HTTP API. Open source, on Cloudflare Workers,
Postgres and MongoDB. Bring your own storefront.</p>
<p class="actions"><a class="button" href="/docs/guides">Read the guides</a> <a class="button quiet" href="/docs">Try the API</a></p>
</div>
<ul class="promises">${columns.join('')}</ul>
<section aria-labelledby="first-request" class="first">
<div>
<h2 id="first-request">A first request</h2>
<p>The catalogue is public: no key, no account. Amounts are decimal strings, lists are pages, and the answer comes from
a cache near you.</p>
<p><button type="button" class="button quiet" id="run" data-path="${firstRequest.path.replaceAll('&', '&amp;')}" hidden>Send it now</button> <span id="run-status" role="status"></span></p>
<p>Next: <a href="/docs/guides/authentication">get a token</a>, then <a href="/docs/guides/checkout">buy something</a>.</p>
</div>
<div>${codeBlock(request, 'bash')}${codeBlock(answer, 'http')}</div>
</section>
<section aria-labelledby="where" class="where">
<h2 id="where">Where things are</h2>
<dl>
<div><dt><a href="/docs/guides">Guides</a></dt><dd>From the first token to a paid order; every example is run by a test.</dd></div>
<div><dt><a href="/docs">Reference</a></dt><dd>${operations.length} operations, to read and to try from the page.</dd></div>
<div><dt><a href="/docs/errors">Errors</a></dt><dd>${codes.length} codes: what each means, and what to do.</dd></div>
<div><dt><a href="/openapi.yaml">OpenAPI 3.1</a></dt><dd>To generate a client from, as YAML or <a href="/openapi.json">JSON</a>.</dd></div>
<div><dt><a href="/readyz">Health</a></dt><dd><span id="health">Whether every service reaches its database.</span></dd></div>
</dl>
</section>`,
  };
}
