import { type ProblemCode, problems } from '#shared/http/problems.ts';
import { type Document, type Operation, type Response, routesOf } from '#tools/openapi/document.ts';
import type { HeaderName } from '#tools/openapi/headers.ts';
import { isProblemCode, problemExample } from '#tools/openapi/problem-examples.ts';

const mediaType = 'application/problem+json';

/** Adds what every route can answer beside its own refusals, so that contracts name only what is theirs. */
export function addRefusals(document: Document): void {
  const all = routesOf(document).flatMap(({ path, operation }) =>
    [...refusalsOf(path, operation)].map(([status, codes]) => ({ operation, status, codes, name: nameOf(codes) })),
  );
  const shareable = new Map(
    [...Map.groupBy(all, ({ name }) => name)].flatMap(([name, [first, , third]]) =>
      first && third && first.codes.length < 3 ? [[name, refusal(first.status, first.codes)]] : [],
    ),
  );
  for (const { operation, status, codes, name } of all) {
    const own = operation.responses[status];
    const isShared = shareable.has(name) && !hasBody(own);
    operation.responses[status] = isShared
      ? { $ref: `#/components/responses/${name}` }
      : beside(own, refusal(status, codes));
  }
  const used = new Set(all.flatMap(({ codes }) => codes));
  const examples = [...used].map((code) => [code, { summary: problems[code].title, value: problemExample(code) }]);
  document.components.responses = sorted(Object.fromEntries(shareable));
  document.components.examples = { ...document.components.examples, ...sorted(Object.fromEntries(examples)) };
}

/** The codes that an operation can be refused with, by status: its own and the general ones, as the catalogue has them. */
function refusalsOf(path: string, operation: Operation): Map<string, ProblemCode[]> {
  const codes = [...Object.values(operation.responses).flatMap(ownCodes), ...generalCodes(path, operation)];
  const inOrder = Object.keys(problems)
    .filter(isProblemCode)
    .filter((code) => codes.includes(code));
  return Map.groupBy(inOrder, (code) => String(problems[code].status));
}

/** Whether the contract has an answer of another kind for the status: what is not ready says so in its own words. */
function hasBody(own: Response | undefined): boolean {
  return Object.keys(own?.content ?? {}).some((type) => type !== mediaType);
}

function beside(own: Response | undefined, added: Response): Response {
  if (!hasBody(own)) return added;
  return {
    ...added,
    description: [own?.description, added.description].join('\n\n'),
    content: { ...own?.content, ...added.content },
  };
}

function ownCodes({ content }: Response): ProblemCode[] {
  return Object.keys(content?.[mediaType]?.examples ?? {}).filter(isProblemCode);
}

/** What any route can answer that has a token, an id in its path, a body, and so on. */
function generalCodes(path: string, operation: Operation): ProblemCode[] {
  const bodies = Object.keys(operation.requestBody?.content ?? {});
  const has = (name: string) => operation.parameters?.some((parameter) => parameter.name === name);
  const hasQuery = operation.parameters?.some((parameter) => parameter.in === 'query');
  const codes: ProblemCode[] = ['unknown_parameter', 'internal_error', 'service_unavailable'];
  if (operation.security?.some((each) => 'bearer' in each)) codes.push('unauthorized', 'forbidden');
  if (path.includes('{')) codes.push('not_found');
  if (has('cursor')) codes.push('invalid_cursor');
  if (bodies.length > 0) codes.push('payload_too_large', 'unsupported_media_type');
  if (bodies.includes('application/json')) codes.push('malformed_json');
  if (bodies.includes('application/json') || hasQuery) codes.push('validation_failed');
  if (path.startsWith('/v1/')) codes.push('rate_limited');
  return codes;
}

function refusal(status: string, codes: ProblemCode[]): Response {
  return {
    description: described(codes),
    headers: Object.fromEntries(
      headersOf(status, codes).map((name) => [name, { $ref: `#/components/headers/${name}` }]),
    ),
    content: {
      [mediaType]: {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
      },
    },
  };
}

function headersOf(status: string, codes: ProblemCode[]): HeaderName[] {
  const names: HeaderName[] = ['X-Request-Id', 'Cache-Control'];
  if (status === '401') names.push('WWW-Authenticate');
  if (status === '429' || status === '503') names.push('Retry-After');
  if (codes.includes('rate_limited')) names.push('RateLimit-Policy');
  return names;
}

function described(codes: ProblemCode[]): string {
  const lines = codes.map((code) => `\`${code}\`: ${problems[code].title}.`);
  return lines.length > 1 ? lines.map((line) => `- ${line}`).join('\n') : lines.join('');
}

/** `unknown_parameter`, `malformed_json` → `UnknownParameterOrMalformedJson`. */
function nameOf(codes: ProblemCode[]): string {
  const words = codes.map((code) => code.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1)));
  return words.map((parts) => parts.join('')).join('Or');
}

function sorted<Value>(record: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
}
