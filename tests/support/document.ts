import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { parse } from 'yaml';

import { Document, referenced, type Response, routesOf } from '#tools/openapi/document.ts';

import { closed } from './closed-schemas.ts';

/** The document that the shop serves. */
export const document = Document.parse(
  parse(readFileSync(join(import.meta.dirname, '..', '..', 'openapi.yaml'), 'utf8')),
);
const { components } = document;
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema({ ...closed(document), $id: 'openapi' });
const compiled = new Map<string, ValidateFunction>();

const routes = routesOf(document).map((route) => ({
  ...route,
  pattern: new RegExp(`^${route.path.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`),
}));

/** An answer as it came over the wire. */
interface Received {
  status: number;
  headers: Headers;
  /** Parsed JSON, or the text of anything else. */
  body: unknown;
}

/**
 * Throws unless the document declares this answer of this route: its status, its content type, the headers that it has to
 * have, a body of its schema without any field that the schema does not name, and the code of a problem. What no route
 * answers has to be a problem too.
 */
export function assertDocumented(method: string, path: string, received: Received): void {
  // The document speaks of GET alone; HEAD is the same without the body.
  const asked = method === 'HEAD' ? 'get' : method.toLowerCase();
  const matching = routes.filter((route) => route.method === asked && route.pattern.test(path));
  // A path without parameters is itself, whatever pattern it would fit, and takes its own methods only.
  const isFixed = routes.some((candidate) => candidate.path === path);
  const route = matching.find((candidate) => candidate.path === path) ?? (isFixed ? undefined : matching[0]);
  const where = `${method} ${route?.path ?? path} ${received.status}`;
  if (!route) return assertUndocumented(where, path, received);
  const reference = route.operation.responses[String(received.status)];
  if (!reference) throw new Error(`${where}: openapi.yaml does not declare the status. ${excerpt(received.body)}`);
  const shared = referenced('responses', reference.$ref);
  const response = shared === undefined ? reference : components.responses?.[shared];
  const pointer =
    shared === undefined
      ? ['paths', route.path, asked, 'responses', String(received.status)]
      : ['components', 'responses', shared];
  assertHeaders(where, response?.headers ?? {}, received.headers);
  if (method !== 'HEAD') assertBody(where, response ?? {}, pointer, received);
}

function assertUndocumented(where: string, path: string, { status, headers, body }: Received): void {
  if (!path.startsWith('/v1') || status === 204) return;
  if (![404, 405].includes(status)) throw new Error(`${where}: openapi.yaml has no such route.`);
  if (headers.get('content-type') !== 'application/problem+json')
    throw new Error(`${where} is not a problem document.`);
  assertSchema(where, ['components', 'schemas', 'Problem'], body);
}

function assertHeaders(where: string, declared: NonNullable<Response['headers']>, headers: Headers): void {
  for (const [name, { $ref }] of Object.entries(declared)) {
    const component = referenced('headers', $ref) ?? name;
    const header = components.headers?.[component];
    const value = headers.get(name);
    if (value === null && header?.['required'] === true) throw new Error(`${where} lacks the header ${name}.`);
    if (value === null || value.includes('\n')) continue;
    const typed = /^\d+$/.test(value) && component === 'Age' ? Number(value) : value;
    assertSchema(`${where} ${name}`, ['components', 'headers', component, 'schema'], typed);
  }
}

function assertBody(where: string, { content = {} }: Response, pointer: string[], received: Received): void {
  const contentType = received.headers.get('content-type')?.split(';')[0] ?? '';
  const media = content[contentType];
  if (!media) {
    const isEmpty = received.body === '' || received.body === undefined;
    if (Object.keys(content).length === 0 && isEmpty) return;
    throw new Error(`${where} is ${contentType || 'empty'}: not declared.`);
  }
  assertSchema(where, [...pointer, 'content', contentType, 'schema'], received.body);
  if (contentType !== 'application/problem+json') return;
  const { code } = Object(received.body);
  if (!Object.hasOwn(media.examples ?? {}, code)) throw new Error(`${where}: the code ${code} is not declared.`);
}

function assertSchema(where: string, pointer: string[], value: unknown): void {
  const fragment = pointer
    .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/');
  const validate = compiled.get(fragment) ?? ajv.compile({ $ref: `openapi#/${fragment}` });
  compiled.set(fragment, validate);
  if (!validate(value)) {
    const { errors } = validate;
    const fields = errors?.map(({ params }) => Object(params).unevaluatedProperty).filter(Boolean) ?? [];
    const undeclared = fields.length > 0 ? ` Undeclared: ${fields.join(', ')}.` : '';
    throw new Error(`${where} does not match its schema: ${ajv.errorsText(errors)}.${undeclared} ${excerpt(value)}`);
  }
}

function excerpt(value: unknown): string {
  return (JSON.stringify(value) ?? '').slice(0, 500);
}
