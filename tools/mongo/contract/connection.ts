import { MongoClient, MongoError } from 'mongodb';
import { describe, expect, test } from 'vitest';

import { product, type Subject } from './subject.ts';

/** Takes the server away, and brings it back with all its data. */
export interface Restart {
  stop: () => Promise<void>;
  start: () => Promise<void>;
}

/** The handshake, and what becomes of a client whose server goes away; the latter where the server can be restarted. */
export function describeConnection(subject: Subject, restart: Restart | undefined): void {
  describe('connection', () => {
    test('is greeted by a server that takes writes', async () => {
      expect((await subject.db().admin().command({ hello: 1 }))['isWritablePrimary']).toBe(true);
    });

    test('answers a ping', async () => {
      expect((await subject.db().command({ ping: 1 }))['ok']).toBe(1);
    });

    test.skipIf(restart === undefined)('fails while the server is away and works again once it is back', async () => {
      const outcomeOf = (work: Promise<unknown>) => work.catch((error: unknown) => error);
      const carts = subject.collection();
      const client = await new MongoClient(subject.uriOf(carts.dbName), { serverSelectionTimeoutMS: 300 }).connect();
      const through = client.db(carts.dbName).collection(carts.collectionName);
      try {
        await through.insertOne({ _id: 1, items: [product('p', 1)] } as object);
        await restart?.stop();
        expect(await outcomeOf(through.findOne({}))).toBeInstanceOf(MongoError);
        expect(await outcomeOf(through.insertOne({ _id: 2 } as object))).toBeInstanceOf(MongoError);
        await restart?.start();
        await expect.poll(() => through.findOne({}).catch(() => null), { timeout: 5_000 }).not.toBeNull();
        await through.insertOne({ _id: 3 } as object);
        expect(await subject.stored()).toEqual([{ _id: 1, items: [product('p', 1)] }, { _id: 3 }]);
      } finally {
        await client.close();
      }
    });
  });
}
