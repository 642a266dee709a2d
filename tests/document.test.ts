import { describe, expect, it } from 'vitest';

import { problemExample } from '#tools/openapi/problem-examples.ts';

import { assertDocumented } from './support/document.ts';

const common = { 'x-request-id': 'request-1', 'cache-control': 'no-store', 'content-type': 'application/json' };
const method = { id: 1, code: 'CREDIT_CARD', name: 'Credit card', display_order: 1 };

function checking(
  answer: { status?: number; body?: unknown; headers?: Record<string, string> },
  path = '/v1/payment-methods',
) {
  const { status = 200, body = { data: [method] }, headers = {} } = answer;
  return () => assertDocumented('GET', path, { status, body, headers: new Headers({ ...common, ...headers }) });
}

function refusing(code: 'rate_limited' | 'coupon_expired' | 'not_found', status: number, members = {}) {
  const body = { ...problemExample(code), ...members };
  const headers = { 'content-type': 'application/problem+json', 'retry-after': '60' };
  return { status, body, headers };
}

describe('every answer of every test is held to the document', () => {
  it('passes as it is declared', () => {
    expect(checking({})).not.toThrow();
    expect(checking(refusing('rate_limited', 429))).not.toThrow();
  });

  it('fails with a status that is not declared', () => {
    expect(checking({ status: 418 })).toThrow('does not declare the status');
  });

  it('fails with a field that is not declared, however deep', () => {
    expect(checking({ body: { data: [method], more: 1 } })).toThrow('Undeclared: more');
    expect(checking({ body: { data: [{ ...method, secret: 1 }] } })).toThrow('Undeclared: secret');
    expect(checking(refusing('rate_limited', 429, { stack: 'at …' }))).toThrow('Undeclared: stack');
  });

  it('fails with a field that is missing or of another type', () => {
    expect(checking({ body: { data: [{ ...method, name: undefined }] } })).toThrow(/required property|must be string/);
    expect(checking({ body: { data: [{ ...method, id: '1' }] } })).toThrow('must be integer');
  });

  it('fails with a content type that is not declared', () => {
    expect(checking({ headers: { 'content-type': 'text/html' } })).toThrow('text/html: not declared');
  });

  it('fails without a header that is required, or with an odd one', () => {
    expect(checking({ headers: { 'x-request-id': 'odd one!' } })).toThrow('X-Request-Id does not match');
    const { headers, ...refusal } = refusing('rate_limited', 429);
    const rest = { 'content-type': headers['content-type'] };
    expect(checking({ ...refusal, headers: rest })).toThrow('lacks the header Retry-After');
  });

  it('fails with a code that is not declared for the route', () => {
    const { body } = refusing('coupon_expired', 409);
    expect(checking({ ...refusing('rate_limited', 429), body: { ...body, status: 429 } })).toThrow('not declared');
  });

  it('asks for a problem where there is no route', () => {
    expect(checking(refusing('not_found', 404), '/v1/nothing')).not.toThrow();
    expect(checking({}, '/v1/nothing')).toThrow('has no such route');
    expect(checking({ status: 404 }, '/v1/nothing')).toThrow('is not a problem document');
  });
});
