import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import { problems } from '#shared/http/problems.ts';
import { openApiYaml } from '#tools/openapi.ts';
import { Document, type MediaType, referenced, type Response, routesOf, type Schema } from '#tools/openapi/document.ts';
import { info, tags } from '#tools/openapi/info.ts';
import { isProblemCode, problemExample } from '#tools/openapi/problem-examples.ts';

const yaml = readFileSync(join(import.meta.dirname, '..', '..', 'openapi.yaml'), 'utf8');
const document = Document.parse(parse(yaml));
const { components } = document;
const routes = routesOf(document).map((route) => [route.operation.operationId ?? route.path, route] as const);
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema({ ...document, $id: 'openapi' });

/** Why a value is not of a schema of the document; empty if it is. */
function errorsOf(schema: Schema, value: unknown): string {
  const isValid = ajv.validate(atHome(schema), value);
  return isValid ? '' : ajv.errorsText();
}

/** The schema with references that lead into the document from outside of it. */
function atHome(schema: Schema): object {
  const moved: object = JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"openapi#/'));
  return moved;
}

function examplesOf({ example, examples = {} }: MediaType): unknown[] {
  const named = Object.values(examples).map(({ $ref, value }) => {
    const name = referenced('examples', $ref);
    return name === undefined ? value : components.examples?.[name]?.value;
  });
  return example === undefined ? named : [example, ...named];
}

function resolved(response: Response | undefined): Response {
  const name = referenced('responses', response?.$ref);
  return (name === undefined ? response : components.responses?.[name]) ?? {};
}

test('is what the contracts say', () => {
  expect(openApiYaml()).toBe(yaml);
});

test('has operations with a name of their own', () => {
  const names = routes.map(([name]) => name);
  expect(names.length).toBeGreaterThan(100);
  expect(new Set(names).size).toBe(names.length);
});

test('describes every tag, and uses it', () => {
  const used = new Set(routes.flatMap(([, { operation }]) => operation.tags ?? []));
  expect([...used].sort()).toEqual(tags.map(({ name }) => name).sort());
  for (const { description } of tags) expect(description).toMatch(/\w.*\.$/);
});

test('says who made it and under which license', () => {
  expect(document['info']).toEqual(info);
  expect(info).toMatchObject({ contact: { name: expect.any(String) }, license: { identifier: 'MIT' } });
});

const verbs =
  /^(add|adjust|apply|approve|assign|cancel|change|create|delete|empty|end|export|get|import|list|log|login|logout|merge|quote|receive|refresh|register|reject|remove|request|resend|reset|save|update|verify)([A-Z][A-Za-z]*)?$/;

describe.each(routes)('%s', (name, { path, operation }) => {
  const { parameters = [], requestBody, responses } = operation;
  const parameter = parameters.map(({ $ref, ...own }) => {
    const shared = referenced('parameters', $ref);
    return shared === undefined ? own : (components.parameters?.[shared] ?? {});
  });
  const bodies = Object.entries(requestBody?.content ?? {});
  const codesOf = (status: string) =>
    Object.keys(resolved(responses[status]).content?.['application/problem+json']?.examples ?? {});

  test('begins with a verb, and has one tag and a summary', () => {
    expect(name).toMatch(verbs);
    expect(operation.tags).toHaveLength(1);
    expect(operation.summary).toMatch(/^[A-Z].{5,80}$/);
  });

  test('says what each parameter is, and how one looks', () => {
    for (const { name: of, description, example, schema } of parameter) {
      expect(description, of).toMatch(/\w/);
      const target = components.schemas[referenced('schemas', schema?.$ref) ?? ''] ?? schema ?? {};
      const examples = [example, target['examples'], target.enum, target.const].filter((value) => value !== undefined);
      expect(examples, of).not.toEqual([]);
      expect(example === undefined ? '' : errorsOf(schema ?? {}, example), of).toBe('');
    }
  });

  test('shows a body of each kind', () => {
    for (const [, media] of bodies) {
      expect(examplesOf(media)).not.toEqual([]);
      for (const example of examplesOf(media)) expect(errorsOf(media.schema, example)).toBe('');
    }
  });

  test('shows every answer', () => {
    for (const [status, reference] of Object.entries(responses)) {
      const { description, headers = {}, content = {} } = resolved(reference);
      expect(description, status).toMatch(/\w/);
      expect(Object.keys(headers), status).toEqual(expect.arrayContaining(['X-Request-Id', 'Cache-Control']));
      for (const media of Object.values(content)) {
        expect(examplesOf(media), status).not.toEqual([]);
        for (const example of examplesOf(media)) expect(errorsOf(media.schema, example), status).toBe('');
      }
    }
    expect(Object.keys(responses).filter((status) => status.startsWith('2'))).toHaveLength(1);
  });

  test('names the errors that every operation of its kind has', () => {
    const hasRoles = operation.security?.some((each) => 'bearer' in each) ?? false;
    const query = parameter.some((each) => each.in === 'query');
    const json = bodies.some(([type]) => type === 'application/json');
    const expected: [string, string, boolean][] = [
      ['400', 'unknown_parameter', true],
      ['400', 'malformed_json', json],
      ['400', 'invalid_cursor', parameter.some((each) => each.name === 'cursor')],
      ['400', 'idempotency_key_required', parameter.some((each) => each.name === 'Idempotency-Key')],
      ['401', 'unauthorized', operation.security?.length !== 0],
      ['403', 'forbidden', hasRoles],
      ['404', 'not_found', path.includes('{')],
      ['409', 'idempotency_in_progress', parameter.some((each) => each.name === 'Idempotency-Key')],
      ['412', 'precondition_failed', parameter.some((each) => each.name === 'If-Match')],
      ['413', 'payload_too_large', bodies.length > 0],
      ['415', 'unsupported_media_type', bodies.length > 0],
      ['422', 'validation_failed', json || query],
      ['422', 'idempotency_key_reused', parameter.some((each) => each.name === 'Idempotency-Key')],
      ['428', 'precondition_required', parameter.some((each) => each.name === 'If-Match')],
      ['429', 'rate_limited', path.startsWith('/v1/')],
      ['500', 'internal_error', true],
      ['503', 'service_unavailable', true],
    ];
    const missing = expected.filter(([status, code, isExpected]) => isExpected && !codesOf(status).includes(code));
    expect(missing).toEqual([]);
    // An order that a body names can be missing too.
    const odd = expected.filter(
      ([status, code, isExpected]) => !isExpected && code !== 'not_found' && codesOf(status).includes(code),
    );
    expect(odd).toEqual([]);
  });

  test('names the headers that go with its answers', () => {
    const headersOf = (status: string) => Object.keys(resolved(responses[status]).headers ?? {});
    const has = (each: string) => parameter.some((one) => one.name === each);
    const expected: [string, string, boolean][] = [
      ['200', 'Link', has('cursor')],
      ['200', 'ETag', '304' in responses || has('If-Match')],
      ['201', 'Idempotency-Replayed', has('Idempotency-Key')],
      ['201', 'Location', name !== 'createGuest'],
      ['304', 'ETag', true],
      ['401', 'WWW-Authenticate', true],
      ['429', 'Retry-After', true],
      ['503', 'Retry-After', true],
    ];
    const missing = expected.filter(
      ([status, header, isExpected]) => isExpected && status in responses && !headersOf(status).includes(header),
    );
    expect(missing).toEqual([]);
  });
});

test.each(Object.keys(problems).filter(isProblemCode))('shows a %s', (code) => {
  const example = problemExample(code);
  expect(example).toMatchObject({ code, type: expect.stringMatching(new RegExp(`/docs/errors#${code}$`)) });
  const known = Object.keys(components.schemas['Problem']?.properties ?? {});
  expect(known).toEqual(expect.arrayContaining(Object.keys(example)));
  expect(errorsOf({ $ref: '#/components/schemas/Problem' }, example)).toBe('');
});

test('shows the messages that the sandbox gateway sends, as they are received', () => {
  const sent = document.webhooks?.['sandboxEvent']?.post;
  const media = Object.values(sent?.requestBody?.content ?? {});
  expect(media.flatMap(examplesOf)).toHaveLength(3);
  for (const { schema, ...examples } of media) {
    expect(schema).toEqual({ $ref: '#/components/schemas/SandboxWebhook' });
    for (const example of examplesOf({ schema, ...examples })) expect(errorsOf(schema, example)).toBe('');
  }
});

test('gives every schema a name that has fields and is used twice', () => {
  const anonymous = new Map<string, string[]>();
  const visit = (schema: Schema | boolean | undefined, where: string, isNamed: boolean) => {
    if (typeof schema !== 'object') return;
    const {
      properties = {},
      items,
      additionalProperties,
      allOf = [],
      anyOf = [],
      oneOf = [],
      enum: values = [],
    } = schema;
    if (!isNamed && (Object.keys(properties).length > 1 || values.length > 2)) {
      const shape = JSON.stringify({ properties, values });
      anonymous.set(shape, [...(anonymous.get(shape) ?? []), where]);
    }
    for (const [key, value] of Object.entries(properties)) visit(value, `${where}.${key}`, false);
    for (const part of [items, additionalProperties, ...anyOf, ...oneOf]) visit(part, `${where}[]`, false);
    for (const part of allOf) visit(part, where, isNamed);
  };
  for (const [name, schema] of Object.entries(components.schemas)) visit(schema, name, true);
  for (const [name, { operation }] of routes) {
    const all = [operation.requestBody, ...Object.values(operation.responses)];
    for (const each of all) for (const media of Object.values(each?.content ?? {})) visit(media.schema, name, false);
  }
  expect([...anonymous.values()].filter((places) => places.length > 1)).toEqual([]);
});
