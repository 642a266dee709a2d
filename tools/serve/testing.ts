import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Client } from 'pg';
import { uuidv7 } from 'uuidv7';
import { expect, vi } from 'vitest';

import { type QueuesApi, queuesApi } from '#tools/dead-letters/queues-api.ts';
import { readState, readWorkerdPid, type State } from '#tools/serve/state.ts';

export type Body = ReturnType<typeof JSON.parse>;

/** A shop that `npm run serve` runs, with everything it has said. */
export interface ServedShop {
  process: ChildProcess;
  said: string;
}

export function serve(...args: string[]): ServedShop {
  const env = { ...process.env, SERVE_TEST_CLOCK: 'on' };
  const started = { process: spawn(process.execPath, ['tools/serve.ts', ...args], { env }), said: '' };
  for (const stream of [started.process.stdout, started.process.stderr]) {
    stream?.on('data', (chunk: Buffer) => (started.said += chunk.toString()));
  }
  return started;
}

/** The lines that were logged with this message. */
export function logged({ said }: ServedShop, message: string): Body[] {
  return said
    .split('\n')
    .filter((line) => line.includes(`"message":${JSON.stringify(message)}`))
    .map((line): Body => JSON.parse(line));
}

export function eventually(assertion: () => Promise<void> | void, timeout = 20_000): Promise<void> {
  return vi.waitFor(assertion, { timeout, interval: 100 });
}

/** For what is no assertion. */
export function until(shop: ServedShop, condition: () => boolean, timeout: number): Promise<void> {
  return eventually(() => {
    if (!condition()) throw new Error(`It did not happen: ${shop.said.slice(-2_000)}`);
  }, timeout);
}

/** Requests to the shop at `url`, whose data folder is `data`. */
export function clientOf(url: string, data: string) {
  async function call(method: string, path: string, options: { token?: string; body?: unknown; from?: string } = {}) {
    const { token, body, from = '192.0.2.1' } = options;
    const response = await fetch(url + path, {
      method,
      headers: {
        'x-forwarded-for': from,
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json', 'idempotency-key': uuidv7() }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const parsed: Body = await response.json();
    return { status: response.status, headers: response.headers, body: parsed };
  }

  function stateNow(): State {
    const state = readState(data);
    if (!state) throw new Error('Nothing is served.');
    return state;
  }

  function workerdNow(): number {
    const pid = readWorkerdPid(data);
    if (pid === undefined) throw new Error('Nothing is served.');
    return pid;
  }

  async function admin(method: string, path: string, body?: unknown): Promise<Body> {
    const { url: base, token } = stateNow().admin;
    const response = await fetch(base + path, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    expect(response.status).toBe(200);
    return response.json();
  }

  function queues(): QueuesApi {
    const { url: baseUrl, token } = stateNow().admin;
    return queuesApi({ baseUrl, accountId: 'serve', token });
  }

  async function query(service: string, sql: string, values: unknown[]): Promise<Body[]> {
    const client = new Client({ connectionString: urlsIn(data)[service] });
    await client.connect();
    const { rows } = await client.query(sql, values).finally(() => client.end());
    return rows;
  }

  async function newShopper(): Promise<{ email: string; token: string }> {
    const email = `${uuidv7()}@example.com`;
    const account = { email, password: 'correct-horse-battery-9', first_name: 'Sam', last_name: 'Shopper' };
    const { status, body } = await call('POST', '/v1/auth/register', { body: account });
    expect(status, JSON.stringify(body)).toBe(201);
    return { email, token: body.access_token };
  }

  return { call, admin, queues, query, workerdNow, newShopper };
}

/** The databases of the shop, by service. */
export function urlsIn(data: string): Body {
  const { urls }: Body = JSON.parse(readFileSync(join(data, 'urls.json'), 'utf8'));
  return urls;
}
