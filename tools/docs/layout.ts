import { escapeHtml } from '#tools/docs/html.ts';

export interface Page {
  /** Its address, such as `/docs/errors`. */
  path: string;
  title: string;
  description: string;
  /** The content of `<main>`. */
  main: string;
  /** Beside the content on a wide screen, below it on a narrow one. */
  aside?: string;
  /** A name for the styles. */
  kind: 'landing' | 'text' | 'reference';
  styles: string[];
  scripts: string[];
}

const navigation = [
  ['Guides', '/docs/guides'],
  ['Reference', '/docs'],
  ['Errors', '/docs/errors'],
  ['OpenAPI', '/openapi.yaml'],
] as const;

/** A whole HTML document. `asset` gives the address of a static file. */
export function layout(page: Page, asset: (name: string) => string): string {
  const title = page.kind === 'landing' ? page.title : `${page.title} · Edge Commerce`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<meta name="description" content="${escapeHtml(page.description)}">
<link rel="icon" href="${asset('icon.svg')}">
${page.styles.map((name) => `<link rel="stylesheet" href="${asset(name)}">`).join('\n')}
${page.scripts.map((name) => `<script ${name.includes('bundle') ? 'defer' : 'type="module"'} src="${asset(name)}"></script>`).join('\n')}
</head>
<body class="${page.kind}">
<a class="skip" href="#main">Skip to content</a>
<header class="top">
<a class="brand" href="/"${page.path === '/' ? ' aria-current="page"' : ''}><img src="${asset('icon.svg')}" alt="" width="24" height="24">Edge Commerce</a>
<nav aria-label="Main"><ul>${navigation.map(([name, href]) => navigationEntry(page.path, name, href)).join('')}</ul></nav>
</header>
<div class="shell">
<main id="main" tabindex="-1">
${page.main.trim()}
</main>
${page.aside ?? ''}
</div>
<footer class="bottom">
<p>Edge Commerce is open source under the MIT licence.</p>
<p><a href="/openapi.yaml">openapi.yaml</a> <a href="/openapi.json">openapi.json</a> <a href="/readyz">Health</a></p>
</footer>
</body>
</html>
`;
}

function navigationEntry(path: string, name: string, href: string): string {
  const isHere = path === href || (href === '/docs/guides' && path.startsWith(`${href}/`));
  return `<li><a href="${href}"${isHere ? ` aria-current="${path === href ? 'page' : 'true'}"` : ''}>${name}</a></li>`;
}
