import { once } from 'node:events';
import { createServer } from 'node:net';
import { Pool as NeonPool } from '@neondatabase/serverless';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { startNeonEndpoint } from './neon-endpoint.ts';
import { createThings, labels, openTestShop, rejection, SHOP_URL, sql } from './testing.ts';
import type { TestShop } from './testing.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const PORT = 25510;
const ENDPOINT_PORT = PORT + 1;
let shop: TestShop;

beforeAll(async () => {
  shop = await openTestShop(PORT);
});

afterAll(() => shop.close());

beforeEach(createThings);

function post(body: string, headers: Record<string, string> = {}): Promise<Response> {
  const usual = { 'Neon-Connection-String': SHOP_URL, 'Neon-Raw-Text-Output': 'true' };
  return fetch(`${shop.endpoint.url}/sql`, { method: 'POST', body, headers: { ...usual, ...headers } });
}

async function rejectionOrStatus(response: Promise<Response>): Promise<unknown> {
  return response.then(
    ({ status }) => status,
    (error: unknown) => error,
  );
}

test('without array mode the endpoint itself names the columns, in text', async () => {
  const answer = await post(JSON.stringify({ query: 'SELECT $1::int AS a, NULL AS b', params: [7] }));
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ rows: [{ a: '7', b: null }], rowAsArray: false });
});

test('two statements in one text are refused and neither runs', async () => {
  const twoStatements = `INSERT INTO things (id, label) VALUES (gen_random_uuid(), 'x'); DELETE FROM things`;
  expect(await rejection(sql.query(twoStatements))).toMatchObject({ code: '42601' });
  expect(await labels()).toEqual([]);
});

test('a transaction that one request leaves open touches no other request', async () => {
  await sql`BEGIN`;
  await sql`INSERT INTO things (id, label) VALUES (gen_random_uuid(), 'kept')`;
  await sql`ROLLBACK`;
  expect(await labels()).toEqual(['kept']);
});

test('a statement that comes often is prepared once for each connection, and anew after a migration changed it', async () => {
  const prepared =
    () => sql`SELECT coalesce(sum(generic_plans + custom_plans), 0)::int AS uses, count(*)::int AS statements
                               FROM pg_prepared_statements WHERE statement LIKE '%FROM things WHERE label%'`;
  const ask = () => sql.query('SELECT * FROM things WHERE label = $1', ['lamp']);
  await sql`INSERT INTO things (id, label) VALUES (gen_random_uuid(), 'lamp')`;
  for (let time = 0; time < 30; time++) expect(await ask()).toHaveLength(1);
  expect(await prepared()).toEqual([{ uses: 21, statements: 1 }]);

  for (let time = 0; time < 30; time++) await sql.query('SELECT * FROM things WHERE label = $1 LIMIT $2', ['lamp', 1]);
  expect(await prepared()).toEqual([{ uses: 21, statements: 1 }]);

  await sql`ALTER TABLE things ADD COLUMN colour text`;
  for (let time = 0; time < 30; time++) expect((await ask())[0]).toHaveProperty('colour', null);
  expect(await prepared()).toEqual([{ uses: 21 + 20, statements: 2 }]);

  await sql`ALTER TABLE things DROP COLUMN colour`;
  const [rows] = await sql.transaction([sql`SELECT * FROM things WHERE label = ${'lamp'}`, sql`DELETE FROM things`]);
  expect(rows).toHaveLength(1);
  expect(rows?.[0]).not.toHaveProperty('colour');
  expect(await labels()).toEqual([]);
});

test('many requests share a bounded number of connections', async () => {
  const counts = await Promise.all(
    Array.from(
      { length: 100 },
      () => sql`SELECT count(*)::int AS n, pg_sleep(0.01)::text FROM pg_stat_activity
      WHERE datname = 'shop' AND state = 'active'`,
    ),
  );
  const most = Math.max(...counts.map((rows) => Number(rows[0]?.['n'])));
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(20);
});

test('a database that cannot be reached is a 503, not an error of the statement', async () => {
  for (const login of ['postgres:wrong@db.invalid/shop', 'postgres:postgres@db.invalid/no_such']) {
    const answer = await post('{"query":"SELECT 1"}', { 'Neon-Connection-String': `postgresql://${login}` });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({ message: expect.stringMatching(/^No connection to the database: /) });
  }
  expect(await rejection(sql`SELECT pg_terminate_backend(pg_backend_pid())`)).toMatchObject({
    message: expect.stringContaining('Server error (HTTP status 503)'),
  });
  expect(await sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
});

test('what is not Neon’s protocol is refused', async () => {
  const query = '{"query":"SELECT 1"}';
  expect((await post(query)).status).toBe(200);
  expect((await post('{')).status).toBe(400);
  expect((await post('{"query":1}')).status).toBe(400);
  expect((await post(query, { 'Neon-Connection-String': 'mysql://a:b@c/d' })).status).toBe(400);
  expect((await post(query, { 'Neon-Raw-Text-Output': 'false' })).status).toBe(400);
  const batch = JSON.stringify({ queries: [{ query: 'DELETE FROM things' }] });
  const injected = { 'Neon-Batch-Isolation-Level': 'Serializable; DROP TABLE things' };
  await sql`INSERT INTO things (id, label) VALUES (gen_random_uuid(), 'kept')`;
  expect((await post(batch, injected)).status).toBe(400);
  expect(await labels()).toEqual(['kept']);
  expect((await post(query, { Origin: 'http://127.0.0.1:8787' })).status).toBe(404);
  expect((await fetch(`${shop.endpoint.url}/sql`)).status).toBe(404);
  expect((await fetch(`${shop.endpoint.url}/`, { method: 'POST', body: query })).status).toBe(404);
});

test('the tunnel carries a WebSocket session with transactions, to this server alone', async () => {
  const pool = new NeonPool({ connectionString: 'postgresql://postgres:postgres@db.invalid:1/shop' });
  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query(`INSERT INTO things (id, label) VALUES (gen_random_uuid(), $1)`, ['tunnelled']);
  expect(await labels()).toEqual([]);
  await client.query('COMMIT');
  client.release();
  await pool.end();
  expect(await labels()).toEqual(['tunnelled']);
});

test.each([
  { path: '/elsewhere', headers: {} },
  { path: '/v2?address=db.invalid:5432', headers: { Origin: 'https://shop.example' } },
])('no tunnel for $path from $headers', async ({ path, headers }) => {
  const socket = new WebSocket(`ws://127.0.0.1:${ENDPOINT_PORT}${path}`, { headers });
  const [error]: unknown[] = await once(socket, 'error');
  expect(error).toMatchObject({ message: 'Unexpected server response: 404' });
});

test('the endpoint serves again as soon as a killed database is back', async () => {
  await sql`INSERT INTO things (id, label) VALUES (gen_random_uuid(), 'kept')`;
  // So that several idle connections are broken by the kill, and some statements with them.
  const running = Array.from({ length: 5 }, () => rejection(sql`SELECT pg_sleep(600)`.then(() => 'done')));
  await expect
    .poll(async () => (await sql`SELECT count(*)::int AS n FROM pg_stat_activity WHERE query ~ '^SELECT pg_sleep'`)[0])
    .toEqual({ n: 5 });
  await Promise.all(Array.from({ length: 5 }, () => sql`SELECT pg_sleep(0.01)::text`));

  process.kill(shop.server.pid, 'SIGKILL');
  await shop.server.exited;
  for (const broken of await Promise.all(running)) {
    expect(broken).toMatchObject({ message: expect.stringContaining('HTTP status 503') });
  }
  expect((await post('{"query":"SELECT 1"}')).status).toBe(503);

  await shop.restart();
  expect(await Promise.all(Array.from({ length: 30 }, () => labels()))).toEqual(
    Array.from({ length: 30 }, () => ['kept']),
  );
});

test('closing does not wait for a statement that never ends', async () => {
  const second = await startNeonEndpoint({ port: ENDPOINT_PORT + 1, postgresPort: PORT });
  const headers = { 'Neon-Connection-String': SHOP_URL, 'Neon-Raw-Text-Output': 'true' };
  const body = '{"query":"SELECT pg_sleep(601)"}';
  const answer = rejectionOrStatus(fetch(`${second.url}/sql`, { method: 'POST', headers, body }));
  await expect
    .poll(
      async () => (await sql`SELECT count(*)::int AS n FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(601)'`)[0],
    )
    .toEqual({ n: 1 });
  await second.close();
  expect(await answer).not.toBe(200);
});

test('a port that somebody else uses is named', async () => {
  const other = createServer();
  other.listen(ENDPOINT_PORT + 2, '127.0.0.1');
  await once(other, 'listening');
  await expect(startNeonEndpoint({ port: ENDPOINT_PORT + 2, postgresPort: PORT })).rejects.toThrow(
    `another program uses port ${ENDPOINT_PORT + 2}`,
  );
  other.close();
  await once(other, 'close');
});

test('a login may name another server only if it is listed', async () => {
  const elsewhere = `127.0.0.1:${ENDPOINT_PORT + 3}`;
  const listed = await startNeonEndpoint({ port: ENDPOINT_PORT + 1, postgresPort: PORT, others: [elsewhere] });
  const headers = {
    'Neon-Connection-String': `postgresql://postgres:postgres@${elsewhere}/shop`,
    'Neon-Raw-Text-Output': 'true',
  };
  const ask = (url: string) => fetch(`${url}/sql`, { method: 'POST', headers, body: '{"query":"SELECT 1"}' });
  expect((await ask(listed.url)).status).toBe(503); // nobody listens there
  expect((await ask(shop.endpoint.url)).status).toBe(200); // given the local server
  await listed.close();
});
