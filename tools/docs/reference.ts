import { escapeHtml } from '#tools/docs/html.ts';
import type { Page } from '#tools/docs/layout.ts';
import { demoAccounts } from '#tools/stack/demo.ts';

/** The interactive reference. The demo accounts' buttons stay hidden unless a shop on this machine serves the page. */
export function referencePage(): Page {
  const buttons = demoAccounts.map(({ email, password }) => {
    const name = email.slice(0, email.indexOf('@'));
    return `<button type="button" class="button quiet" data-email="${escapeHtml(email)}" data-password="${escapeHtml(password)}">${name}</button>`;
  });
  return {
    path: '/docs',
    title: 'API reference',
    description: 'Every operation of the API, to read and to try.',
    kind: 'reference',
    styles: ['swagger-ui.css', 'site.css', 'reference.css'],
    scripts: ['swagger-ui-bundle.js', 'site.js', 'reference.js'],
    main: `
<h1>API reference</h1>
<p class="lead">Every operation, to read and to try: <em>Execute</em> sends a real request to <code id="origin">this server</code>.</p>
<section class="sign-in" aria-labelledby="sign-in-title">
<h2 id="sign-in-title">Sign in to try what needs a token</h2>
<form id="sign-in">
<label>Email <input name="email" type="email" autocomplete="username" required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button class="button" type="submit">Sign in</button>
<button class="button quiet" type="button" id="as-guest">As a guest</button>
</form>
<p id="demo-accounts" hidden><span>Demo accounts of this local shop:</span> ${buttons.join(' ')}</p>
<p id="session" hidden><span id="session-text"></span> <button type="button" class="button quiet" id="sign-out">Sign out</button></p>
<p id="sign-in-status" role="status"></p>
</section>
<noscript><p>The interactive reference needs JavaScript. The same document is at <a href="/openapi.yaml">/openapi.yaml</a>.</p></noscript>
<div id="reference"></div>`,
  };
}
