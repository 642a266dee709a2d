import { randomUUID } from 'node:crypto';

import { expect, inject } from 'vitest';

import { problems } from '#shared/http/problems.ts';
import { demoAccounts } from '#tools/stack/demo.ts';

import { assertDocumented } from './document.ts';
import { secretsInAnswer } from './secrets.ts';

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed JSON, or the text of anything else. */
  body: ReturnType<typeof JSON.parse>;
}

interface RequestOptions {
  token?: string;
  /** Sent as JSON, unless it is text or bytes. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** A request through the gateway. Fails when the answer is not what openapi.yaml declares for the route, or holds a secret. */
export function api(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
  return apiAt(inject('stack').url, method, path, options);
}

/** The same at another gateway, or at a service itself. */
export async function apiAt(url: string, method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
  const { token, body, headers } = options;
  const response = await fetch(new URL(path, url), {
    method,
    redirect: 'manual',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isRaw(body) ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  if (path.startsWith('/v1/')) expect(secretsInAnswer(text), `${method} ${path}`).toEqual([]);
  const contentType = response.headers.get('content-type')?.split(';')[0] ?? '';
  const parsed: Answer['body'] = contentType.endsWith('json') && text !== '' ? JSON.parse(text) : text;
  const answer = { status: response.status, headers: response.headers, body: parsed };
  assertDocumented(method, new URL(path, 'http://shop').pathname, answer);
  return answer;
}

function isRaw(body: unknown): body is string | Uint8Array<ArrayBuffer> {
  return typeof body === 'string' || body instanceof Uint8Array;
}

/** Asserts a complete problem document (RFC 9457) with this status and code. */
export function expectProblem(answer: Answer, status: number, code: keyof typeof problems): void {
  expect({ status: answer.status, code: answer.body.code }, JSON.stringify(answer.body)).toEqual({ status, code });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.body).toMatchObject({
    type: expect.stringMatching(new RegExp(`^http.*/docs/errors#${code}$`)),
    title: problems[code].title,
    status,
    detail: expect.stringMatching(/./),
    instance: expect.stringMatching(/^\//),
    request_id: answer.headers.get('x-request-id'),
  });
}

export interface Shopper {
  token: string;
  refreshToken: string;
  user: Answer['body'];
  email: string;
  password: string;
}

/** Registers somebody new. */
export async function newShopper(): Promise<Shopper> {
  const email = `shopper-${randomUUID()}@example.com`;
  const password = `secret ${randomUUID()}`;
  const { status, body } = await api('POST', '/v1/auth/register', {
    body: { email, password, first_name: 'Sam', last_name: 'Shopper' },
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return { token: body.access_token, refreshToken: body.refresh_token, user: body.user, email, password };
}

/** The access token of a demo account. */
export async function staff(name: 'admin' | 'manager' | 'customer'): Promise<string> {
  const account = demoAccounts.find(({ email }) => email === `${name}@example.com`);
  const { status, body } = await api('POST', '/v1/auth/login', {
    body: { email: account?.email, password: account?.password },
  });
  expect(status, JSON.stringify(body)).toBe(200);
  return body.access_token;
}

/** Repeats until it passes: for what happens by event, soon but not at once. */
export async function eventually<Result>(check: () => Promise<Result>, milliseconds = 10_000): Promise<Result> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
