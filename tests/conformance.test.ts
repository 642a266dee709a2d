import { describe, expect, it } from 'vitest';

import { api, expectProblem } from './support/client.ts';
import { hasResource, knownPath } from './support/known-paths.ts';
import { call, exampleBody, hasParameter, named, operations, pathWith, tokenOf } from './support/operations.ts';

const withBody = operations.filter(({ bodyType }) => bodyType !== undefined);
const withJson = operations.filter(({ bodyType }) => bodyType === 'application/json');
const withPath = operations.filter(({ path }) => path.includes('{'));
const lists = operations.filter((operation) => hasParameter(operation, 'cursor'));

it('loops over all operations of the document', () => {
  expect(operations.length).toBeGreaterThan(100);
  expect([withBody.length, withPath.length, lists.length].every((count) => count > 10)).toBe(true);
});

describe('a query parameter that nobody knows', () => {
  it.each(named(operations))('is refused by %s', async (_, operation) => {
    const body = operation.bodyType === undefined ? {} : { body: exampleBody(operation) };
    const path = await knownPath(operation);
    const answer = await call(operation, { path, query: '?surely_unknown=1', ...body });
    expectProblem(answer, 400, 'unknown_parameter');
    expect(answer.body.errors).toEqual([
      { parameter: 'surely_unknown', code: 'unknown_parameter', message: 'Unknown.' },
    ]);
  });
});

describe('an id that is none', () => {
  const odd = ['not-an-id', '0', '-1', '%00', '%FF', '%E0%A4%A', "'; --", 'x'.repeat(300), '%F0%9F%9B%92'];
  it.each(named(withPath))('is not found by %s', async (_, operation) => {
    for (const parameter of operation.parameters.filter((each) => each.in === 'path')) {
      for (const value of odd) {
        const path = pathWith(operation, { [parameter.name ?? '']: value });
        const body = operation.bodyType === undefined ? {} : { body: exampleBody(operation) };
        expectProblem(await call(operation, { path, ...body }), 404, 'not_found');
      }
    }
  });
});

describe('an id that names nothing', () => {
  const bodies = ['{', '[]', '{"surely_unknown":1}', JSON.stringify({ text: 'x'.repeat(1024 * 1024) })];

  it.each(named(withPath.filter(hasResource)))(
    'is not found by %s, whatever is wrong besides',
    async (_, operation) => {
      const wrong = operation.bodyType === undefined ? [] : bodies;
      const answers = [await call(operation, { query: '?surely_unknown=1' })];
      for (const body of wrong) answers.push(await call(operation, { body }));
      if (operation.bodyType)
        answers.push(await call(operation, { body: '{}', headers: { 'content-type': 'text/plain' } }));
      for (const answer of answers) expectProblem(answer, 404, 'not_found');
    },
  );
});

describe('a body', () => {
  const typeless = new Uint8Array([123, 125]);
  it.each(named(withBody))('of another kind is refused by %s', async (_, operation) => {
    const path = await knownPath(operation);
    for (const type of ['text/plain', 'application/xml', 'multipart/form-data', 'image/png', 'nonsense', '*/*']) {
      const answer = await call(operation, { path, body: exampleBody(operation), headers: { 'content-type': type } });
      expectProblem(answer, 415, 'unsupported_media_type');
    }
    const answer = await call(operation, { path, body: typeless, headers: { 'content-type': '' } });
    expectProblem(answer, 415, 'unsupported_media_type');
  });

  it.each(named(withJson))('that is no object is refused by %s', async (_, operation) => {
    const path = await knownPath(operation);
    for (const body of ['[]', '"text"', 'null', '17', 'true']) {
      expectProblem(await call(operation, { path, body }), 422, 'validation_failed');
    }
  });

  it.each(named(withJson))('with a field that nobody knows is refused by %s', async (_, operation) => {
    const path = await knownPath(operation);
    const body = { ...Object(exampleBody(operation)), surely_unknown: 1 };
    const answer = await call(operation, { path, body });
    expectProblem(answer, 422, 'validation_failed');
    expect(answer.body.errors).toContainEqual({
      pointer: '/surely_unknown',
      code: 'unknown_field',
      message: 'Unknown field.',
    });
  });

  it.each(named(withJson))('that is no JSON in UTF-8 is refused by %s', async (_, operation) => {
    const path = await knownPath(operation);
    const latin = Uint8Array.from(Buffer.from('{"name":"Caf\xe9"}', 'latin1'));
    for (const body of ['{', '{"a":1,}', "{'a':1}", 'NaN', '', '['.repeat(20_000), latin]) {
      expectProblem(await call(operation, { path, body }), 400, 'malformed_json');
    }
  });

  it.each(named(withJson))('of more than a mebibyte is refused by %s', async (_, operation) => {
    const path = await knownPath(operation);
    const body = JSON.stringify({ text: 'x'.repeat(1024 * 1024) });
    expectProblem(await call(operation, { path, body }), 413, 'payload_too_large');
  });
});

describe('a list', () => {
  const other = Buffer.from(
    JSON.stringify({
      list: '0123456789abcdef',
      key: '2026-11-22T21:24:42.123Z',
      id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f',
    }),
  ).toString('base64url');

  it.each(named(lists))('%s refuses a cursor that it did not give', async (_, operation) => {
    const path = pathWith(operation, { id: await productId() });
    for (const cursor of ['', 'x', '%00', 'e30', other, 'x'.repeat(4_000)]) {
      expectProblem(await call(operation, { path, query: `?cursor=${cursor}` }), 400, 'invalid_cursor');
    }
  });

  it.each(named(lists))('%s refuses odd limits', async (_, operation) => {
    const path = pathWith(operation, { id: await productId() });
    for (const limit of ['0', '101', '-1', '1.5', 'ten', '', '1e9', '1&limit=2']) {
      expectProblem(await call(operation, { path, query: `?limit=${limit}` }), 422, 'validation_failed');
    }
  });

  it.each(named(lists))('%s leads to its next page by Link', async (_, operation) => {
    const path = pathWith(operation, { id: await productId() });
    const page = await call(operation, { path, query: '?limit=1' });
    expect(page.status).toBe(200);
    const link = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
    expect(link === undefined).toBe(!page.body.page.has_more);
    if (link === undefined) return;
    const token = operation.role ? { token: await tokenOf(operation.role) } : {};
    const next = await api('GET', link, token);
    expect(next.status).toBe(200);
    expect(new URL(link, 'http://shop').searchParams.get('cursor')).toBe(page.body.page.next_cursor);
    expect(next.body.data).not.toEqual(page.body.data);
  });
});

describe('odd requests', () => {
  it('are refused without a 500', async () => {
    const statuses = await Promise.all([
      api('GET', `/v1/products?q=${'x'.repeat(15_000)}`),
      api('GET', '/v1/products', { headers: { 'x-long': 'x'.repeat(15_000) } }),
      api('GET', '/v1/products', { headers: { authorization: 'Basic abc' } }),
      api('GET', '/v1/products?%FF=%FF'),
      api('GET', '/v1/products?limit=1&limit=2'),
      api('GET', '/v1//products'),
      api('GET', '/v1/products/'),
      api('PROPFIND', '/v1/products'),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([422, 200, 200, 400, 422, 404, 404, 405]);
  });
});

let product: Promise<string> | undefined;

function productId(): Promise<string> {
  product ??= api('GET', '/v1/products?limit=1').then(({ body }) => body.data[0].id);
  return product;
}
