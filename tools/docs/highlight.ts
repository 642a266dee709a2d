import { escapeHtml } from '#tools/docs/html.ts';

/** What is coloured in a language: the first group's name that matches becomes the class. */
const grammars: Record<string, RegExp> = {
  json: /(?<key>"(?:[^"\\]|\\.)*"(?=\s*:))|(?<text>"(?:[^"\\]|\\.)*")|(?<value>\b(?:true|false|null)\b|-?\b\d+(?:\.\d+)?\b)/g,
  http: /(?<status>^(?:HTTP\/[\d.]+ )?[1-5]\d\d .*$)|(?<key>^[A-Za-z-]+(?=: ))/gm,
  bash: /(?<note>(?:^|(?<=\s))#.*$)|(?<key>^(?:curl|openssl|[A-Z_]+=)|(?<=\|\s*)\w+)|(?<text>'[^']*'|"(?:[^"\\]|\\.)*")|(?<value>(?<=\s)--?[a-zA-Z-]+)/gm,
};

/** Code with its parts in `<span class="…">`; plain where the language has no grammar. */
export function highlight(code: string, language: string): string {
  if (language === 'http') {
    const [head = '', ...body] = code.split('\n\n');
    return [mark(head, 'http'), ...body.map((part) => mark(part, 'json'))].join('\n\n');
  }
  return mark(code, language);
}

function mark(code: string, language: string): string {
  const grammar = grammars[language];
  if (!grammar) return escapeHtml(code);
  let html = '';
  let end = 0;
  for (const match of code.matchAll(grammar)) {
    const [kind] = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined) ?? ['text'];
    html += `${escapeHtml(code.slice(end, match.index))}<span class="${kind}">${escapeHtml(match[0])}</span>`;
    end = match.index + match[0].length;
  }
  return html + escapeHtml(code.slice(end));
}
