import type { Db, Document } from 'mongodb';
import { beforeEach, describe, expect, test } from 'vitest';

import { migrateMongo } from '../../migrate-mongo.ts';
import { refusalOf, type Subject } from './subject.ts';

/** That the collections of the cart can be made as `npm run db:migrate` makes them. */
export function describeMigration(subject: Subject): void {
  describe('migration', () => {
    let db: Db;
    beforeEach(async () => {
      db = subject.db();
      for (const name of ['carts', 'coupons', 'coupon_uses']) await db.collection(name).drop();
    });

    const migrate = () => migrateMongo(subject.uriOf(db.databaseName));
    const indexes = async () => {
      const found = ['carts', 'coupons', 'coupon_uses'].map((name) => db.collection(name).indexes());
      return (await Promise.all(found)).map((of) => new Set(of.map(({ name }) => name)));
    };

    test('makes every collection with its validator and indexes', async () => {
      await migrate();
      const made = await db.listCollections().toArray();
      for (const name of ['carts', 'coupons', 'coupon_uses']) {
        const info: Document | undefined = made.find((collection) => collection.name === name);
        expect(Object.keys(info?.['options'].validator)).toEqual(['$jsonSchema']);
        expect((await refusalOf(db.collection(name).insertOne({ stray: true }))).code).toBe(121);
      }
      const [carts, coupons, uses] = await indexes();
      expect([...(carts ?? [])]).toEqual(expect.arrayContaining(['_id_', 'expires_at_ttl', 'user_id_unique']));
      expect([...(coupons ?? [])]).toEqual(expect.arrayContaining(['_id_', 'code_unique']));
      expect([...(uses ?? [])].filter((name) => name?.endsWith('_unique'))).toHaveLength(3);
    });

    test('changes nothing when it runs again, several at once', async () => {
      await Promise.all([migrate(), migrate(), migrate()]);
      const before = await indexes();
      await migrate();
      expect(await indexes()).toEqual(before);
      expect((await refusalOf(db.collection('carts').insertOne({ stray: true }))).code).toBe(121);
    });
  });
}
