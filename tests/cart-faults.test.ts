import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startCartShop } from './support/cart-shop.ts';
import { add, applyCoupon, mergeCart, newCouponCode, newGuest, openCarts, show } from './support/carts.ts';
import { type Answer, api, eventually, expectProblem, newShopper, type Shopper } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { newAddress, newProduct } from './support/shop.ts';

const elsewhere = sqlOf('payments');
const { close, storedOf } = openCarts();
afterAll(close);
const loadSeconds = process.env['CI'] ? 10 : 30;

const doors = {
  users: {
    shut: () => elsewhere`ALTER DATABASE users WITH ALLOW_CONNECTIONS false`,
    open: () => elsewhere`ALTER DATABASE users WITH ALLOW_CONNECTIONS true`,
  },
  products: {
    shut: () => elsewhere`ALTER DATABASE products WITH ALLOW_CONNECTIONS false`,
    open: () => elsewhere`ALTER DATABASE products WITH ALLOW_CONNECTIONS true`,
  },
  orders: {
    shut: () => elsewhere`ALTER DATABASE orders WITH ALLOW_CONNECTIONS false`,
    open: () => elsewhere`ALTER DATABASE orders WITH ALLOW_CONNECTIONS true`,
  },
};

/** Runs `work` while these Postgres databases let nobody in. */
async function without(databases: (keyof typeof doors)[], work: () => Promise<void>): Promise<void> {
  try {
    for (const database of databases) {
      await doors[database].shut();
      await elsewhere`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${database}`;
    }
    await work();
  } finally {
    for (const database of databases) await doors[database].open();
  }
}

/** A shopper in California with 2 × 10.00 in the cart, and a guest with 3. */
async function newPair() {
  const [shopper, guest, mug] = await Promise.all([newShopper(), newGuest(), newProduct({ price: '10.00' })]);
  await newAddress(shopper.token, { state: 'CA', is_default: true });
  await add(guest, mug.id, 3);
  const { body: cart } = await add(shopper, mug.id, 2);
  expect(cart).toMatchObject({ subtotal: '20.00', tax_amount: '1.45', total_amount: '21.45', version: 1 });
  return { shopper, guest, mug, cart };
}

/** The service behind the database may have a moment of trouble with its broken connections. */
async function backAgain(shopper: Shopper): Promise<void> {
  await eventually(async () => expect((await add(shopper, (await newProduct()).id, 1)).status).toBe(200));
}

describe('while the database of products is down', () => {
  it('carts are shown as they were; what needs a price or stock is refused, and nothing is half-done', async () => {
    const { shopper, guest, mug, cart } = await newPair();
    const { token } = shopper;
    const code = await newCouponCode();
    const before = await storedOf(shopper, guest);
    await without(['products'], async () => {
      expect(await show(shopper)).toMatchObject({ status: 200, body: cart });
      const body = { quantity: 5 };
      const refused = [
        await add(shopper, mug.id, 1),
        await api('PATCH', `/v1/cart/items/${mug.id}`, { token, body }),
        await mergeCart(shopper, guest.token),
      ];
      for (const answer of refused) {
        expectProblem(answer, 503, 'service_unavailable');
        expect(answer.headers.get('retry-after')).toBe('1');
      }
      expect(await storedOf(shopper, guest)).toEqual(before);
      expect((await show(guest)).body).toMatchObject({ items: [{ quantity: 3 }], version: 1 });
      expect((await applyCoupon(shopper, code)).body).toMatchObject({ discount_amount: '2.00', version: 2 });
      expect((await api('DELETE', `/v1/cart/items/${mug.id}`, { token })).body).toMatchObject({ items: [] });
    });
    await eventually(async () => expect((await mergeCart(shopper, guest.token)).status).toBe(200));
    expect((await show(shopper)).body).toMatchObject({ items: [{ quantity: 3 }], discount_amount: '3.00' });
  });
});

describe.each(['orders', 'users'] as const)(
  'while the tax rate cannot be asked for, with the database of %s down',
  (down) => {
    it('the cart keeps the one it has, and can be changed', async () => {
      const { shopper, guest, mug, cart } = await newPair();
      await without([down], async () => {
        expect(await show(shopper)).toMatchObject({ status: 200, body: cart });
        const { status, body } = await add(shopper, mug.id, 2);
        expect(status).toBe(200);
        expect(body).toMatchObject({ subtotal: '40.00', tax_amount: '2.90', total_amount: '42.90', version: 2 });
        const merged = await mergeCart(shopper, guest.token);
        expect(merged.body).toMatchObject({ subtotal: '70.00', tax_amount: '5.08', version: 3 });
      });
      await backAgain(shopper);
    });
  },
);

interface Load {
  until: number;
  done: number;
}

describe('while the cart’s own database', () => {
  let shop: Awaited<ReturnType<typeof startCartShop>>;
  let shopper: Shopper;
  let mug: Answer['body'];

  beforeAll(async () => {
    [shop, shopper, mug] = await Promise.all([startCartShop(), newShopper(), newProduct({ quantity: 1_000_000 })]);
  });
  afterAll(() => shop.stop());

  const addHere = (quantity = 1) =>
    shop.api('POST', '/v1/cart/items', { token: shopper.token, body: { product_id: mug.id, quantity } });

  /** Every route of the cart is refused, in time, and says when to come again. */
  async function expectUnavailable(): Promise<void> {
    const { token } = shopper;
    const guest = await newGuest();
    const item = `/v1/cart/items/${mug.id}`;
    const began = Date.now();
    const answers = await Promise.all([
      shop.api('GET', '/v1/cart', { token }),
      addHere(),
      shop.api('PATCH', item, { token, body: { quantity: 1 } }),
      shop.api('DELETE', item, { token }),
      shop.api('DELETE', '/v1/cart', { token }),
      shop.api('POST', '/v1/cart/coupons', { token, body: { coupon_code: 'TEN' } }),
      shop.api('DELETE', '/v1/cart/coupons/TEN', { token }),
      shop.api('POST', '/v1/cart/merge', { token, body: { cart_token: guest.token } }),
    ]);
    expect(Date.now() - began).toBeLessThan(4_000);
    for (const answer of answers) {
      expectProblem(answer, 503, 'service_unavailable');
      expect(answer.headers.get('retry-after')).toBe('1');
    }
  }

  it.each([
    ['is gone', () => shop.database.kill(), () => shop.database.start()],
    ['does not answer', () => shop.database.freeze(), () => shop.database.thaw()],
  ])('%s: everything is refused in time, and is back with it, as it was', async (_state, end, begin) => {
    const { status, body: before } = await addHere(2);
    expect(status).toBe(200);
    await end();
    await expectUnavailable();
    await begin();
    expect((await eventually(() => shown(shopper.token), 2_000)).body).toEqual(before);
    expect((await addHere()).body.items).toMatchObject([{ quantity: before.items[0].quantity + 1 }]);
  });

  it('does not answer: a login with a guest’s cart succeeds without, and the cart is taken over later', async () => {
    const guest = await newGuest();
    const { email, password, token } = await newShopper();
    const item = { product_id: mug.id, quantity: 4 };
    const { body: guests } = await shop.api('POST', '/v1/cart/items', { token: guest.token, body: item });
    await shop.database.freeze();
    const login = { email, password, cart_token: guest.token };
    const { status, body } = await shop.api('POST', '/v1/auth/login', { body: login });
    await shop.database.thaw();
    expect(status).toBe(200);
    expect(body.access_token).toMatch(/./);
    expect((await eventually(() => shown(guest.token), 2_000)).body).toEqual(guests);
    const merged = await shop.api('POST', '/v1/cart/merge', { token, body: { cart_token: guest.token } });
    expect(merged.body).toMatchObject({ items: [{ product_id: mug.id, quantity: 4 }], version: 1 });
  });

  it(
    'is killed again and again under load: every change that was answered is there, none twice',
    { timeout: 180_000 },
    async () => {
      const shoppers = await Promise.all(Array.from({ length: 6 }, () => newShopper()));
      const mugs = await Promise.all(Array.from({ length: 4 }, () => newProduct({ quantity: 1_000_000 })));
      const load = { until: Date.now() + loadSeconds * 1_000, done: 0 };
      const adding = shoppers.map(({ token }) => Promise.all(mugs.map(({ id }) => keepAdding(load, token, id))));
      const [counts, kills] = await Promise.all([Promise.all(adding), keepKilling(load)]);
      expect(kills).toBeGreaterThanOrEqual(2);
      expect(load.done).toBeGreaterThanOrEqual(100);
      const others = new Set(counts.flat().flatMap((count) => count.others));
      expect([...others].filter((answer) => answer !== '503 service_unavailable')).toEqual([]);

      for (const [i, { token }] of shoppers.entries()) {
        const { body } = await eventually(() => shown(token), 2_000);
        const lines = new Map<string, number>(
          body.items.map((item: { product_id: string; quantity: number }) => [item.product_id, item.quantity]),
        );
        for (const { product_id, sure, others: unsure } of counts[i] ?? []) {
          expect(lines.get(product_id) ?? 0).toBeGreaterThanOrEqual(sure);
          expect(lines.get(product_id) ?? 0).toBeLessThanOrEqual(sure + unsure.length);
        }
        const total = [...lines.values()].reduce((all, quantity) => all + quantity, 0);
        expect(body).toMatchObject({ version: total, total_amount: `${total * 10}.00` });
      }
      const mongo = new MongoClient(shop.database.uri);
      const stored = await mongo.db('cart').collection('carts').find({}).toArray();
      await mongo.close();
      expect(new Set(stored.map(({ user_id }) => user_id)).size).toBe(stored.length);
    },
  );

  async function shown(token: string): Promise<Answer> {
    const answer = await shop.api('GET', '/v1/cart', { token });
    expect(answer.status).toBe(200);
    return answer;
  }

  /** Adds one at a time. `sure`: as often as was answered with 200. Of the `others` it is not known what became of them. */
  async function keepAdding(load: Load, token: string, product_id: string) {
    const count = { product_id, sure: 0, others: Array<string>() };
    // The line holds 999.
    while (Date.now() < load.until && count.sure + count.others.length < 999) {
      const item = { product_id, quantity: 1 };
      const { status, body } = await shop.api('POST', '/v1/cart/items', { token, body: item });
      if (status === 200) {
        count.sure++;
        load.done++;
      } else count.others.push(`${status} ${body.code}`);
    }
    return count;
  }

  /** Kills the database whenever another 40 changes were answered, and begins it again. Answers how often. */
  async function keepKilling(load: Load): Promise<number> {
    let kills = 0;
    while (Date.now() < load.until) {
      const wanted = load.done + 40;
      await eventually(
        async () => expect(load.done >= wanted || Date.now() >= load.until).toBe(true),
        loadSeconds * 1_000 + 5_000,
      );
      await shop.database.kill();
      kills++;
      await shop.database.start();
    }
    return kills;
  }
});
