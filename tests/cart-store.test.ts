import { randomUUID } from 'node:crypto';

import { type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import type { ProductSnapshot } from '#shared/contracts/products.ts';
import { migrateMongo, mongoStatusOf } from '#tools/migrate-mongo.ts';

import type { Change } from '../workers/cart/src/domain/change.ts';
import type { Owner } from '../workers/cart/src/owner.ts';
import {
  type Carts,
  cartsOf,
  changeStored,
  databaseName,
  deleteExpired,
  findLive,
} from '../workers/cart/src/store/collection.ts';
import { findBoth, findUnfinished, takeOverStored } from '../workers/cart/src/store/merges.ts';

const server = inject('stack').urls['mongo'] ?? '';
const database = `cart_store_${randomUUID().slice(0, 8)}`;
const uri = server.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?/, `$1/${database}`);
const running = new AbortController().signal;

// Two clients stand for two workers that do not know of each other.
const clients = [new MongoClient(uri), new MongoClient(uri)];
const [one, other] = clients.map((client) => cartsOf(client, uri));

beforeAll(() => migrateMongo(uri));
afterAll(async () => {
  await clients[0]?.db(database).dropDatabase();
  await Promise.all(clients.map((client) => client.close()));
});

function both(): [Carts, Carts] {
  if (!one || !other) throw new Error('No clients.');
  return [one, other];
}

const mug: ProductSnapshot = {
  product_id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f',
  name: 'Mug',
  slug: 'mug',
  unit_price: '2.50',
  image_url: null,
  available_quantity: 100,
  allow_backorder: false,
};
const addMug = (quantity: number): Change => ({ kind: 'add_item', product: mug, quantity });
const newOwner = (): Owner => ({
  user_id: randomUUID(),
  is_guest: false,
  currency: 'USD',
  life_days: 30,
  tax_rate: null,
});

describe('the migration', () => {
  it('can be repeated, by several at once, and leaves the indexes of the seed', async () => {
    await Promise.all([migrateMongo(uri), migrateMongo(uri)]);
    const [carts] = both();
    const indexes = await carts.indexes();
    expect(indexes.map(({ key, unique, expireAfterSeconds }) => ({ key, unique, expireAfterSeconds }))).toEqual([
      { key: { _id: 1 } },
      { key: { user_id: 1 }, unique: true },
      { key: { expires_at: 1 }, expireAfterSeconds: 0 },
      { key: { 'items.product_id': 1 } },
      { key: { merged_into: 1, updated_at: 1 } },
    ]);
  });

  it('makes the database refuse other types, missing and unknown fields, and a second cart', async () => {
    const [carts] = both();
    const owner = newOwner();
    await changeStored(carts, owner, addMug(1), running);
    const raw = carts.db.collection('carts');
    const found = await raw.findOne({ user_id: owner.user_id }, { projection: { _id: 0 } });
    const stored: Document = found ?? {};
    const { subtotal: _subtotal, ...withoutSubtotal } = stored;
    const wrong = [
      withoutSubtotal,
      { ...stored, subtotal: 2.5 },
      { ...stored, version: 1.5 },
      { ...stored, note: 'unknown' },
      { ...stored, items: [{ ...stored['items'][0], quantity: 1_000 }] },
    ];
    for (const fields of wrong) {
      await expect(raw.insertOne({ ...fields, user_id: randomUUID() })).rejects.toMatchObject({ code: 121 });
    }
    await expect(raw.insertOne({ ...stored })).rejects.toMatchObject({ code: 11_000 });
    await expect(raw.insertOne({ ...stored, user_id: randomUUID() })).resolves.toMatchObject({ acknowledged: true });
  });

  it('takes the carts of the release before as they are, also those that it writes after the migration', async () => {
    const [carts] = both();
    const [early, late] = [newOwner(), newOwner()];
    await changeStored(carts, early, addMug(1), running);
    const before = await findLive(carts, early.user_id);
    await carts.db.command({ collMod: 'carts', validator: {} });
    const raw = carts.db.collection('carts');
    const earlier = { $set: { refreshed_at: new Date() }, $unset: { tax_rate: '', merged_into: '' } } as const;
    await raw.updateOne({ user_id: early.user_id }, earlier);
    await carts.db.command({ collMod: 'carts', validator: { $jsonSchema: { required: ['refreshed_at'] } } });
    expect(await mongoStatusOf(uri)).toEqual(['carts: replace the validator', 'carts: fill 1 documents']);

    await migrateMongo(uri);
    expect(await mongoStatusOf(uri)).toEqual([]);
    const found: Document = (await raw.findOne({ user_id: early.user_id })) ?? {};
    expect(found).toMatchObject({ tax_rate: '0', merged_into: null, refreshed_at: expect.any(Date) });
    const { _id, tax_rate: _rate, merged_into: _into, ...asEarlier } = found;
    await raw.insertOne({ ...asEarlier, user_id: late.user_id });
    for (const owner of [early, late]) {
      expect(await findLive(carts, owner.user_id)).toMatchObject({
        ...before,
        id: expect.any(String),
        user_id: owner.user_id,
      });
      expect(await changeStored(carts, owner, addMug(1), running)).toMatchObject({ ok: true, cart: { version: 2 } });
    }
  });

  it('works on the database that the URI names', () => {
    expect(databaseName('mongodb://user:secret@a.example:27017,b.example:27017/shop?retryWrites=true')).toBe('shop');
    expect(databaseName('mongodb+srv://user:secret@cluster.example/?w=majority')).toBe('cart');
    expect(databaseName('mongodb://localhost:27017')).toBe('cart');
  });
});

describe('the sweep', () => {
  it('deletes what has expired by its clock, and nothing else', async () => {
    const [carts] = both();
    const [kept, gone] = [newOwner(), { ...newOwner(), life_days: 7 }];
    await changeStored(carts, kept, addMug(1), running);
    await changeStored(carts, gone, addMug(1), running);
    const inAWeek = new Date(Date.now() + 7 * 24 * 60 * 60 * 1_000);
    expect(await deleteExpired(carts, inAWeek)).toBeGreaterThanOrEqual(1);
    expect(await findLive(carts, gone.user_id)).toBeNull();
    expect(await findLive(carts, kept.user_id)).toMatchObject({ items: [{ quantity: 1 }] });
  });
});

describe('two workers that change one cart', () => {
  it('make one cart of it when both find none', async () => {
    const owner = newOwner();
    const answers = await Promise.all(both().map((carts) => changeStored(carts, owner, addMug(2), running)));
    expect(answers.map(({ ok }) => ok)).toEqual([true, true]);
    const [carts] = both();
    expect(await carts.countDocuments({ user_id: owner.user_id })).toBe(1);
    expect(await findLive(carts, owner.user_id)).toMatchObject({
      items: [{ quantity: 4 }],
      total_amount: '10.00',
      version: 2,
    });
  });

  it('lose none of their changes', async () => {
    const owner = newOwner();
    const changes = Array.from({ length: 5 }, () => both()).flat();
    const answers = await Promise.all(changes.map((each) => changeStored(each, owner, addMug(1), running)));
    const added = answers.filter(({ ok }) => ok).length;
    expect(answers.filter(({ ok }) => !ok)).toEqual(
      Array.from({ length: 10 - added }, () => ({ ok: false, code: 'conflict' })),
    );
    expect(added).toBeGreaterThanOrEqual(2);
    const [carts] = both();
    expect(await findLive(carts, owner.user_id)).toMatchObject({ items: [{ quantity: added }], version: added });
  });

  it('take an order out once', async () => {
    const owner = newOwner();
    const [carts] = both();
    await changeStored(carts, owner, addMug(9), running);
    const order = {
      kind: 'take_out_ordered' as const,
      event_id: randomUUID(),
      items: [{ product_id: mug.product_id, quantity: 4 }],
      coupon_codes: [],
    };
    await Promise.all(both().map((each) => changeStored(each, owner, order, running)));
    await changeStored(carts, owner, order, running);
    expect(await findLive(carts, owner.user_id)).toMatchObject({
      items: [{ quantity: 5 }],
      total_amount: '12.50',
      applied_events: [order.event_id],
      version: 2,
    });
  });

  it('remember an order even where there is no cart any more', async () => {
    const owner = newOwner();
    const [carts] = both();
    const items = [{ product_id: mug.product_id, quantity: 4 }];
    const order: Change = { kind: 'take_out_ordered', event_id: randomUUID(), items, coupon_codes: [] };
    await changeStored(carts, owner, order, running);
    await changeStored(carts, owner, addMug(6), running);
    await changeStored(carts, owner, order, running);
    expect(await findLive(carts, owner.user_id)).toMatchObject({ items: [{ quantity: 6 }], version: 2 });
  });

  it('start anew when the cart has expired, although it is still there', async () => {
    const owner = newOwner();
    const [carts] = both();
    const expired = await changeStored(carts, { ...owner, life_days: 0 }, addMug(9), running);
    expect(await findLive(carts, owner.user_id)).toBeNull();
    const answers = await Promise.all(both().map((each) => changeStored(each, owner, addMug(2), running)));
    expect([expired, ...answers].map(({ ok }) => ok)).toEqual([true, true, true]);
    const live = await findLive(carts, owner.user_id);
    expect(live).toMatchObject({ items: [{ quantity: 4 }], version: 2 });
    expect(expired).not.toMatchObject({ cart: { id: live?.id } });
    expect(await carts.countDocuments({ user_id: owner.user_id })).toBe(1);
  });

  it('begin nothing after the time is up', async () => {
    const owner = newOwner();
    const [carts] = both();
    await expect(changeStored(carts, owner, addMug(1), AbortSignal.abort())).rejects.toThrow('aborted');
    expect(await carts.countDocuments({ user_id: owner.user_id })).toBe(0);
  });
});

describe('taking a guest’s cart over', () => {
  const findings = { asked: [mug.product_id], products: [mug] };

  /** A guest with 2 mugs, read as a merge reads it. */
  async function newGuest() {
    const guest = { ...newOwner(), is_guest: true };
    const [carts] = both();
    await changeStored(carts, guest, addMug(2), running);
    return guest;
  }

  async function read(carts: Carts, owner: Owner, guest: Owner) {
    const found = await findBoth(carts, owner, { guest_id: guest.user_id, isHeld: false });
    if (!found.guest) throw new Error('No cart to take over.');
    return { id: found.guest.id, version: found.guest.version, findings };
  }

  const countOf = (carts: Carts, { user_id }: Owner) => carts.countDocuments({ user_id });

  it('is refused when it has changed since it was read, and leaves it to its guest', async () => {
    const [carts, elsewhere] = both();
    const [owner, guest] = [newOwner(), await newGuest()];
    const asRead = await read(carts, owner, guest);
    await changeStored(elsewhere, guest, addMug(1), running);
    expect(await takeOverStored(carts, owner, asRead, running)).toEqual({ ok: false, code: 'moved' });
    expect(await findLive(carts, guest.user_id)).toMatchObject({ items: [{ quantity: 3 }], version: 2 });
    expect(await countOf(carts, owner)).toBe(0);
  });

  it('is refused when it was held in a version that was not read, although for the same user', async () => {
    const [carts, elsewhere] = both();
    const [owner, guest] = [newOwner(), await newGuest()];
    const asRead = await read(carts, owner, guest);
    await changeStored(elsewhere, guest, addMug(1), running);
    const held = await findBoth(elsewhere, owner, { guest_id: guest.user_id, isHeld: true });
    expect(held.guest).toMatchObject({ version: 3, merged_into: owner.user_id, items: [{ quantity: 3 }] });
    expect(await takeOverStored(carts, owner, asRead, running)).toEqual({ ok: false, code: 'moved' });
    expect(await takeOverStored(carts, owner, await read(carts, owner, guest), running)).toMatchObject({
      ok: true,
      cart: { items: [{ quantity: 3 }], version: 1 },
      merge: { added: [{ product_id: mug.product_id, quantity: 3 }] },
    });
    expect(await countOf(carts, guest)).toBe(0);
  });

  it('goes on where another attempt for the same user has stopped, and stops where somebody else began', async () => {
    const [carts, elsewhere] = both();
    const [owner, stranger, guest] = [newOwner(), newOwner(), await newGuest()];
    const [asRead, asReadByStranger] = [await read(carts, owner, guest), await read(carts, stranger, guest)];
    await findBoth(elsewhere, owner, { guest_id: guest.user_id, isHeld: true });
    expect(await findLive(carts, guest.user_id)).toBeNull();
    expect(await takeOverStored(carts, stranger, asReadByStranger, running)).toEqual({ ok: false, code: 'moved' });
    expect((await findBoth(carts, stranger, { guest_id: guest.user_id, isHeld: true })).guest).toBeNull();
    expect(await takeOverStored(carts, owner, asRead, running)).toMatchObject({ ok: true, cart: { version: 1 } });
    expect(await takeOverStored(elsewhere, owner, asRead, running)).toEqual({ ok: false, code: 'moved' });
    expect(await findLive(carts, owner.user_id)).toMatchObject({ items: [{ quantity: 2 }], version: 1 });
    expect([await countOf(carts, guest), await countOf(carts, stranger)]).toEqual([0, 0]);
  });

  it('by two workers at once happens once', async () => {
    const [carts] = both();
    for (let round = 0; round < 10; round++) {
      const [owner, guest] = [newOwner(), await newGuest()];
      await changeStored(carts, owner, addMug(1), running);
      const asRead = await read(carts, owner, guest);
      const attempts = [...both(), ...both()].map((each) => takeOverStored(each, owner, asRead, running));
      const reports = (await Promise.all(attempts)).flatMap((taken) => (taken.ok ? (taken.merge?.added ?? []) : []));
      expect(reports).toEqual([{ product_id: mug.product_id, quantity: 2 }]);
      expect(await findLive(carts, owner.user_id)).toMatchObject({ items: [{ quantity: 3 }], version: 2 });
      expect(await countOf(carts, guest)).toBe(0);
    }
  });

  it('that has stopped is found once it is old enough, and does not expire meanwhile', async () => {
    const [carts] = both();
    const [owner, guest] = [newOwner(), await newGuest()];
    const held = await findBoth(carts, owner, { guest_id: guest.user_id, isHeld: true });
    const begun = held.guest?.updated_at ?? new Date(0);
    expect(held.guest?.expires_at).toEqual(new Date(begun.getTime() + 30 * 24 * 60 * 60 * 1_000));
    const merge = { guest_id: guest.user_id, user_id: owner.user_id };
    expect(await findUnfinished(carts, new Date(begun.getTime() - 1))).not.toContainEqual(merge);
    expect(await findUnfinished(carts, begun)).toContainEqual(merge);
  });
});
