import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A part of a guide that is run or compared. `keep` gives a member of the last answer a name. */
type Step =
  | { kind: 'setup' | 'bash' | 'http'; text: string; line: number }
  | { kind: 'keep'; name: string; path: string[] };

export const guidesFolder = join(import.meta.dirname, '..', '..', 'docs', 'guides');

const parts = /```(bash|http)\n([\s\S]*?)```|<!-- (setup)\n([\s\S]*?)-->|<!-- keep (\w+) ([\w.]+) -->/g;

/**
 * What a guide shows, in order: `bash` requests, `http` answers, and its comments `<!-- setup … -->` (what its text takes
 * for granted) and `<!-- keep NAME path -->` (what its text tells the reader to keep).
 */
function stepsOf(name: string): Step[] {
  const markdown = readFileSync(join(guidesFolder, name), 'utf8').replaceAll('sam@', `sam-${randomUUID()}@`);
  return [...markdown.matchAll(parts)].map((match): Step => {
    const [, language, block, , setup, kept = '', path = ''] = match;
    const line = markdown.slice(0, match.index).split('\n').length;
    if (language === 'bash' || language === 'http') return { kind: language, text: block ?? '', line };
    if (setup !== undefined) return { kind: 'setup', text: setup, line };
    return { kind: 'keep', name: kept, path: path.split('.') };
  });
}

interface Ran {
  printed: string;
  /** The variables as the script left them. */
  variables: Record<string, string>;
}

/** Runs a script as a reader would. Throws if it fails. */
function run(script: string, variables: Record<string, string>): Ran {
  const { status, output } = spawnSync('bash', ['-eu', '-o', 'pipefail', '-c', `set -a\n${script}\nenv -0 >&3`], {
    encoding: 'utf8',
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [, printed = '', said = '', environment = ''] = output.map(String);
  if (status !== 0) throw new Error(`${script}\n${said}`);
  const left = environment.split('\0').map((entry) => [entry.slice(0, entry.indexOf('=')), entry] as const);
  const values = left.map(([name, entry]) => [name, entry.slice(name.length + 1)]);
  return { printed, variables: Object.fromEntries(values.filter(([name]) => name !== '')) };
}

/** An answer that a guide shows, and what the shop says: asked anew each time if the request only reads. */
export interface Comparison {
  line: number;
  shown: ShownAnswer;
  ask: () => ShownAnswer;
}

const reads = /^curl -i (-g )?"\S+"( -H "Authorization: [^"]+")?\n$/;

/** Runs a guide from its beginning. `variables`: what its requests take for granted. */
export function* comparisonsOf(name: string, shop: string, variables: Record<string, string>): Generator<Comparison> {
  let known = variables;
  let script = '';
  let last = answerOf('');
  for (const step of stepsOf(name)) {
    if (step.kind === 'keep') {
      known[step.name] = String(step.path.reduce((part: unknown, key) => Object(part)[key], last.body));
    } else if (step.kind === 'http') {
      // Without a status line it is an example by itself, such as the header that carries a token.
      if (!step.text.startsWith('HTTP/')) continue;
      const ask = () => (last = reads.test(script) ? answerOf(run(script, known).printed) : last);
      yield { line: step.line, shown: answerOf(step.text), ask };
    } else {
      script = step.text.replace('http://localhost:8787', shop);
      const ran = run(script, known);
      known = ran.variables;
      if (step.kind === 'bash') last = answerOf(ran.printed);
    }
  }
}

interface ShownAnswer {
  status: string;
  headers: Record<string, string>;
  body: unknown;
}

/** An answer as `curl -i` prints it, or as a guide shows it; undefined for the body where there is none. */
function answerOf(text: string): ShownAnswer {
  const [head = '', ...body] = text.replaceAll('\r\n', '\n').split('\n\n');
  const [status = '', ...lines] = head.trim().split('\n');
  const headers = lines.map((line) => [
    line.slice(0, line.indexOf(':')).toLowerCase(),
    line.slice(line.indexOf(':') + 2),
  ]);
  const content = body.join('\n\n').trim();
  return {
    status: status.replace(/^HTTP\/[\d.]+ /, ''),
    headers: Object.fromEntries(headers),
    body: content === '' ? undefined : JSON.parse(content),
  };
}

const changing: [RegExp, string][] = [
  [/[\w-]+@example\.com/g, '<email>'],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>'],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>'],
  [/ORD-\d{8}-\w{6}/g, '<order>'],
  [/http:\/\/localhost:\d+/g, '<shop>'],
  [/^"\d+"$/, '<version>'],
];

/** The same for every run: ids, times, versions and the shop's address are replaced by what they are. */
export function lasting(value: unknown, name = ''): unknown {
  if (name === 'version') return '<version>';
  if (typeof value === 'string')
    return changing.reduce((text, [from, to]) => text.replaceAll(new RegExp(from, 'g'), to), value);
  if (Array.isArray(value)) return value.map((entry) => lasting(entry));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, lasting(entry, key)]));
}
