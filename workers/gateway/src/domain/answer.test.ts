import { describe, expect, it } from 'vitest';

import { type Answer, contentHeadersOf, isKeepable } from './answer.ts';

const answer: Answer = {
  asked_at: 0,
  version: 1,
  status: 200,
  headers: {
    'cache-control': 'public, max-age=30, stale-while-revalidate=30',
    'content-type': 'application/json',
    etag: 'W/"a"',
    link: '</v1/products?cursor=b>; rel="next"',
    'server-timing': 'db;desc="1"',
    'x-request-id': 'request-1',
  },
  body: new ArrayBuffer(2),
};
const withHeader = (name: string, value: string): Answer => ({
  ...answer,
  headers: { ...answer.headers, [name]: value },
});

describe('isKeepable', () => {
  it('takes public content of at most 1 MiB', () => {
    expect(isKeepable(answer)).toBe(true);
    expect(isKeepable({ ...answer, body: new ArrayBuffer(1_048_576) })).toBe(true);
    expect(isKeepable({ ...answer, body: new ArrayBuffer(1_048_577) })).toBe(false);
  });

  it.each([201, 204, 206, 301, 304, 400, 404, 422, 429])('refuses a %i', (status) => {
    expect(isKeepable({ ...answer, status })).toBe(false);
  });

  it.each(['no-store', 'private', 'max-age=30', 'public, no-store', 'public, private="x"', 'public, no-cache'])(
    'refuses Cache-Control: %s',
    (value) => {
      expect(isKeepable(withHeader('cache-control', value))).toBe(false);
    },
  );

  it('refuses what is for one client or one kind of clients', () => {
    expect(isKeepable(withHeader('set-cookie', 'a=b'))).toBe(false);
    expect(isKeepable(withHeader('vary', 'accept-language'))).toBe(false);
    expect(isKeepable({ ...answer, headers: {} })).toBe(false);
  });
});

it('keeps what belongs to the content, nothing of the request', () => {
  expect(contentHeadersOf(answer)).toEqual({
    'cache-control': 'public, max-age=30, stale-while-revalidate=30',
    'content-type': 'application/json',
    etag: 'W/"a"',
    link: '</v1/products?cursor=b>; rel="next"',
  });
});
