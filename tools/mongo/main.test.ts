import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Decimal128, MongoClient, MongoServerError } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

import { startMongoServer } from './server.ts';

const ENTRY = join(import.meta.dirname, 'main.ts');
const Ready = z.object({ ready: z.literal(true), uri: z.string(), port: z.number(), pid: z.number() });

let folder: string;
let server: Awaited<ReturnType<typeof startMongoServer>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mongo-main-'));
  server = await startMongoServer({ file: join(folder, 'data.sqlite'), port: 0, durable: false });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const start = (file: string, port: number) =>
  spawn('node', [ENTRY, '--file', file, '--port', String(port)], { stdio: ['pipe', 'pipe', 'pipe'] });

async function readyLine(child: ChildProcessWithoutNullStreams): Promise<unknown> {
  const [chunk]: unknown[] = await once(child.stdout, 'data');
  return JSON.parse(String(chunk));
}

async function exitOf(child: ChildProcessWithoutNullStreams): Promise<{ code: unknown; stderr: string }> {
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const [code]: unknown[] = await once(child, 'close');
  return { code, stderr };
}

describe('the process', () => {
  test('loses nothing it acknowledged when it is killed again and again amid writes', { timeout: 60_000 }, async () => {
    const file = join(folder, 'killed.sqlite');
    const inserted: string[] = [];
    /** With the last version that was acknowledged. */
    const carts = Array.from({ length: 4 }, (_unused, lane) => ({ user_id: `user-${lane}`, version: 0 }));

    for (let round = 0; round < 3; round++) {
      const child = start(file, 0);
      const { uri, pid } = Ready.parse(await readyLine(child));
      expect(pid).toBe(child.pid);
      const writer = await new MongoClient(uri).connect();
      const events = writer.db('facts').collection('events');
      const stored = writer.db('facts').collection('carts');
      await events.createIndex({ event_id: 1 }, { unique: true });
      const target = inserted.length + 150;
      const inserting = carts.map(async ({ user_id }) => {
        for (let n = 0; ; n++) {
          const event_id = `${round}-${user_id}-${n}`;
          await events.insertOne({ event_id, total: Decimal128.fromString('1.10') });
          inserted.push(event_id);
          if (inserted.length === target) child.kill('SIGKILL');
        }
      });
      const changing = carts.map(async (cart) => {
        for (let version = cart.version; ; version++) {
          // The one on its way when the server was killed may be in or not.
          await stored.replaceOne({ user_id: cart.user_id }, { user_id: cart.user_id, version }, { upsert: true });
          cart.version = version;
        }
      });
      const ended = await Promise.allSettled([...inserting, ...changing]);
      expect(new Set(ended.map(({ status }) => status))).toEqual(new Set(['rejected']));
      await writer.close();
    }

    const last = start(file, 0);
    const { uri } = Ready.parse(await readyLine(last));
    const reader = await new MongoClient(uri).connect();
    const events = await reader.db('facts').collection('events').find().toArray();
    expect(inserted.length).toBeGreaterThanOrEqual(450);
    expect(events.map(({ event_id }) => event_id)).toEqual(expect.arrayContaining(inserted));
    expect(events.every(({ total }) => String(total) === '1.10')).toBe(true);
    // An answer that was still on its way at each kill, for each writer: no more than that can be there beyond.
    expect(events.length - inserted.length).toBeLessThanOrEqual(3 * carts.length);
    for (const { user_id, version } of carts) {
      const found = await reader.db('facts').collection('carts').find({ user_id }).toArray();
      expect(found).toHaveLength(1);
      expect([version, version + 1]).toContain(found[0]?.['version']);
    }
    const again = reader.db('facts').collection('events').insertOne({ event_id: inserted[0] });
    await expect(again).rejects.toThrow(MongoServerError);
    await expect(again).rejects.toThrow('E11000');
    await reader.close();
    last.stdin.end();
    expect(await exitOf(last)).toEqual({ code: 0, stderr: '' });
  });

  test('ends on SIGTERM and when its stdin closes', async () => {
    for (const end of [
      (child: ChildProcessWithoutNullStreams) => child.kill('SIGTERM'),
      (child: ChildProcessWithoutNullStreams) => child.stdin.end(),
    ]) {
      const child = start(join(folder, 'ended.sqlite'), 0);
      await readyLine(child);
      end(child);
      expect((await exitOf(child)).code).toBe(0);
    }
  });

  test('says that its port is in use', async () => {
    const { code, stderr } = await exitOf(start(join(folder, 'other.sqlite'), server.port));
    expect(code).toBe(1);
    expect(stderr).toBe(
      `mongo: the port is in use by another process (listen EADDRINUSE: address already in use 127.0.0.1:${server.port})\n`,
    );
  });

  test('says that its file is in use', async () => {
    const { code, stderr } = await exitOf(start(join(folder, 'data.sqlite'), 0));
    expect([code, stderr]).toEqual([1, 'mongo: database is locked\n']);
  });

  test('explains how it is started', async () => {
    const child = spawn('node', [ENTRY, '--port', 'x'], { stdio: ['pipe', 'pipe', 'pipe'] });
    const { code, stderr } = await exitOf(child);
    expect([code, stderr.slice(0, 13)]).toEqual([1, 'mongo: usage:']);
  });
});
