import { execFile } from 'node:child_process';

import { ObjectId } from 'mongodb';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checks } from '#tools/invariants/checks.ts';
import { findViolations } from '#tools/invariants/run.ts';
import { look } from '#tools/invariants/shop.ts';
import type { ServiceName } from '#tools/migrate.ts';

import { type ThrowAwayShop, throwAwayShop } from './support/throw-away-shop.ts';

const [category, product, user] = [uuidv7(), uuidv7(), uuidv7()];
const [confirmed, pending, cancelled, refunded, unknown] = [uuidv7(), uuidv7(), uuidv7(), uuidv7(), uuidv7()];
const [paid, paidBack] = [uuidv7(), uuidv7()];
const [limited, unlimited, use, otherUse] = [new ObjectId(), new ObjectId(), new ObjectId(), new ObjectId()];
const hourAgo = new Date(Date.now() - 3_600_000);
let shop: ThrowAwayShop;

beforeAll(async () => {
  shop = await throwAwayShop();
  await fillProducts();
  await fillOrders();
  await fillPayments();
  await fillCoupons();
  // What the databases themselves would not let happen is looked for all the same.
  await shop.query(
    'products',
    `ALTER TABLE product_inventory DROP CONSTRAINT product_inventory_reserved_quantity_check,
       DROP CONSTRAINT product_inventory_available_check`,
  );
  await shop.query('payments', 'DROP INDEX transactions_live_order_key');
});

afterAll(() => shop.close());

async function fillProducts(): Promise<void> {
  await shop.query('products', `INSERT INTO categories (id, name, slug) VALUES ('${category}', 'Pots', 'pots')`);
  await shop.query(
    'products',
    `INSERT INTO products (id, category_id, name, slug, description, price, sku, rating_sum, rating_count)
     VALUES ('${product}', '${category}', 'Pot', 'pot', '', 10, 'POT', 4, 1)`,
  );
  await shop.query(
    'products',
    `INSERT INTO product_reviews (id, product_id, user_id, rating, is_approved, moderated_at, author_name)
     VALUES ('${uuidv7()}', '${product}', '${user}', 4, true, now(), 'Sam S.'),
            ('${uuidv7()}', '${product}', '${uuidv7()}', 1, false, NULL, 'Tim T.')`,
  );
  await shop.query(
    'products',
    `INSERT INTO product_inventory (id, product_id, quantity, reserved_quantity) VALUES ('${uuidv7()}', '${product}', 10, 2)`,
  );
  await shop.query(
    'products',
    `INSERT INTO inventory_movements (id, product_id, kind, delta, quantity_after, order_id)
     VALUES ('${uuidv7()}', '${product}', 'import', 12, 12, NULL), ('${uuidv7()}', '${product}', 'sale', -2, 10, '${confirmed}'),
            ('${uuidv7()}', '${product}', 'sale', -1, 9, '${refunded}'), ('${uuidv7()}', '${product}', 'return', 1, 10, '${refunded}')`,
  );
  await shop.query(
    'products',
    `INSERT INTO inventory_reservations (order_id, product_id, quantity, taken_quantity, state, created_at)
     SELECT of.id, '${product}', of.quantity, of.taken, of.state::reservation_state, $1
       FROM (VALUES ('${confirmed}'::uuid, 2, 2, 'committed'), ('${pending}'::uuid, 2, 0, 'active'),
                    ('${cancelled}'::uuid, 1, 0, 'released'), ('${refunded}'::uuid, 1, 1, 'released'))
         AS of (id, quantity, taken, state)`,
    [hourAgo],
  );
}

async function fillOrders(): Promise<void> {
  const order = (id: string, status: string, quantity: number, discount: string, steps: string[]) => ({
    ...{ id, status, quantity, discount, steps },
  });
  for (const { id, status, quantity, discount, steps } of [
    order(confirmed, 'CONFIRMED', 2, '5.00', ['PENDING', 'CONFIRMED']),
    order(pending, 'PENDING', 2, '0.00', ['PENDING']),
    order(cancelled, 'CANCELLED', 1, '0.00', ['PENDING', 'CANCELLED']),
    order(refunded, 'REFUNDED', 1, '0.00', ['PENDING', 'CONFIRMED', 'CANCELLED', 'REFUNDED']),
  ]) {
    const coupons = discount === '0.00' ? [] : [{ coupon_code: 'FIVE', discount_amount: discount }];
    await shop.query(
      'orders',
      `INSERT INTO orders (id, order_number, user_id, status, subtotal, discount_amount, total_amount, shipping_address_id,
         billing_address_id, shipping_address, billing_address, shipping_method_code, shipping_method_name,
         applied_coupons, payment_due_at, created_at, updated_at)
       VALUES ($1::uuid, left($1::text, 50), '${user}', $2, $3::int * 10, $4::numeric, $3::int * 10 - $4::numeric, $1, $1, '{}', '{}', 'standard',
         'Standard', $5, now() + interval '1 day', $6, $6)`,
      [id, status, quantity, discount, JSON.stringify(coupons), hourAgo],
    );
    await shop.query(
      'orders',
      `INSERT INTO order_items (id, order_id, product_id, product_name, product_sku, quantity, unit_price, total_price,
         discount_amount)
       VALUES ($1, $2, '${product}', 'Pot', 'POT', $3::int, 10, $3::int * 10, $4)`,
      [uuidv7(), id, quantity, discount],
    );
    for (const [i, to] of steps.entries()) {
      await shop.query(
        'orders',
        `INSERT INTO order_status_history (id, order_id, from_status, to_status, created_at) VALUES ($1, $2, $3, $4, $5)`,
        [uuidv7(), id, steps[i - 1] ?? null, to, hourAgo],
      );
    }
  }
}

async function fillPayments(): Promise<void> {
  await shop.query(
    'payments',
    `INSERT INTO transactions (id, transaction_number, order_id, user_id, payment_method_id, amount, status, refund_amount)
     VALUES ('${paid}', 'T-1', '${confirmed}', '${user}', 1, 15, 'SUCCESS', 3),
            ('${paidBack}', 'T-2', '${refunded}', '${user}', 1, 10, 'REFUNDED', 10),
            ('${uuidv7()}', 'T-3', '${confirmed}', '${user}', 1, 15, 'FAILED', NULL)`,
  );
  await shop.query(
    'payments',
    `INSERT INTO refunds (id, transaction_id, amount, currency, status)
     VALUES ('${uuidv7()}', '${paid}', 3, 'USD', 'SUCCESS'), ('${uuidv7()}', '${paid}', 4, 'USD', 'FAILED'),
            ('${uuidv7()}', '${paidBack}', 10, 'USD', 'SUCCESS')`,
  );
}

const couponOf = (_id: ObjectId, code: string, limit: number | null) => ({
  ...{ _id, code, type: 'free_shipping', value: null, min_subtotal: null, starts_at: null, ends_at: null },
  ...{ usage_limit: limit, per_user_limit: null, is_active: true, version: 1, unsent_events: [], deleted_at: null },
  ...{ created_at: new Date(hourAgo.getTime() - 3_600_000), updated_at: new Date(hourAgo.getTime() - 3_600_000) },
});

const useOf = (_id: ObjectId, coupon_id: ObjectId, order_id: string, slot: string) => ({
  ...{ _id, coupon_id, order_id, user_id: user, slot, user_slot: order_id, is_settled: true, redeemed_at: hourAgo },
  ...{ coupon_code: coupon_id === limited ? 'FIVE' : 'ANY', type: 'free_shipping', value: null },
});

async function fillCoupons(): Promise<void> {
  await shop.mongo.collection('coupons').insertMany([couponOf(limited, 'FIVE', 1), couponOf(unlimited, 'ANY', null)]);
  await shop.mongo.collection('coupon_uses').insertOne(useOf(use, limited, confirmed, '1'));
}

/** The names of the checks that find something, with what it is about. */
async function violated(advanceSeconds = 7_200): Promise<Record<string, string[]>> {
  const findings = await findViolations(shop.urls, { advanceSeconds, pauseMilliseconds: 0 });
  expect(findings.map(({ check }) => check.name)).toEqual(checks.map(({ name }) => name));
  return Object.fromEntries(
    findings.flatMap(({ check, violations }) =>
      violations.length === 0 ? [] : [[check.name, violations.map(({ subject }) => subject)]],
    ),
  );
}

interface Break {
  what: string;
  service: ServiceName;
  broken: string;
  repaired: string;
  expected: Record<string, string[]>;
}

const inventory = (change: string) => `UPDATE product_inventory SET ${change}`;
const order = (id: string, change: string) => `UPDATE orders SET ${change} WHERE id = '${id}'`;
const transaction = (id: string, change: string) => `UPDATE transactions SET ${change} WHERE id = '${id}'`;

const breaks: Break[] = [
  {
    what: 'less than nothing reserved',
    service: 'products',
    broken: inventory('reserved_quantity = -1'),
    repaired: inventory('reserved_quantity = 2'),
    expected: { 'stock-not-negative': [product], 'reserved-is-what-orders-hold': [product] },
  },
  {
    what: 'more promised than there is',
    service: 'products',
    broken: `${inventory('quantity = 1')}; UPDATE inventory_movements SET delta = 3 WHERE kind = 'import'`,
    repaired: `${inventory('quantity = 10')}; UPDATE inventory_movements SET delta = 12 WHERE kind = 'import'`,
    expected: { 'stock-not-oversold': [product] },
  },
  {
    what: 'more reserved than orders hold',
    service: 'products',
    broken: inventory('reserved_quantity = 3'),
    repaired: inventory('reserved_quantity = 2'),
    expected: { 'reserved-is-what-orders-hold': [product] },
  },
  {
    what: 'a quantity that nothing moved',
    service: 'products',
    broken: inventory('quantity = 11'),
    repaired: inventory('quantity = 10'),
    expected: { 'quantity-is-what-moved': [product] },
  },
  {
    what: 'a reservation without an order',
    service: 'products',
    broken: `INSERT INTO inventory_reservations (order_id, product_id, quantity) VALUES ('${unknown}', '${product}', 1);
             ${inventory('reserved_quantity = 3')}`,
    repaired: `DELETE FROM inventory_reservations WHERE order_id = '${unknown}'; ${inventory('reserved_quantity = 2')}`,
    expected: { 'reservation-has-its-order': [unknown] },
  },
  {
    what: 'a waiting order without its stock',
    service: 'products',
    broken: `UPDATE inventory_reservations SET state = 'released' WHERE order_id = '${pending}';
             ${inventory('reserved_quantity = 0')}`,
    repaired: `UPDATE inventory_reservations SET state = 'active' WHERE order_id = '${pending}';
               ${inventory('reserved_quantity = 2')}`,
    expected: { 'order-has-its-stock': [pending] },
  },
  {
    what: 'a cancelled order that keeps its stock, and one that holds another number',
    service: 'products',
    broken: `UPDATE inventory_reservations SET state = 'committed' WHERE order_id = '${cancelled}';
             UPDATE inventory_reservations SET quantity = 3 WHERE order_id = '${confirmed}'`,
    repaired: `UPDATE inventory_reservations SET state = 'released' WHERE order_id = '${cancelled}';
               UPDATE inventory_reservations SET quantity = 2 WHERE order_id = '${confirmed}'`,
    expected: { 'order-has-its-stock': [confirmed, cancelled] },
  },
  {
    what: 'a category that counts what is not there',
    service: 'products',
    broken: `INSERT INTO category_product_counts (category_id, product_count) VALUES ('${category}', 5)`,
    repaired: `DELETE FROM category_product_counts WHERE product_count = 5`,
    expected: { 'category-counts-are-real': [category] },
  },
  {
    what: 'a rating that nobody gave',
    service: 'products',
    broken: `UPDATE products SET rating_sum = 5`,
    repaired: `UPDATE products SET rating_sum = 4`,
    expected: { 'ratings-are-those-of-reviews': [product] },
  },
  {
    what: 'an order that does not add up',
    service: 'orders',
    broken: order(pending, 'tax_amount = 1, total_amount = 21'),
    repaired: order(pending, 'tax_amount = 0, total_amount = 20'),
    expected: { 'order-adds-up': [pending] },
  },
  {
    what: 'a status without its step',
    service: 'orders',
    broken: order(confirmed, `status = 'SHIPPED'`),
    repaired: order(confirmed, `status = 'CONFIRMED'`),
    expected: { 'status-is-the-last-step': [confirmed] },
  },
  {
    what: 'a step from nowhere',
    service: 'orders',
    broken: `UPDATE order_status_history SET from_status = 'SHIPPED' WHERE order_id = '${cancelled}' AND to_status = 'CANCELLED'`,
    repaired: `UPDATE order_status_history SET from_status = 'PENDING' WHERE from_status = 'SHIPPED'`,
    expected: { 'history-has-no-gaps': [cancelled] },
  },
  {
    what: 'an order past its deadline',
    service: 'orders',
    broken: order(pending, `payment_due_at = now() + interval '114 minutes'`),
    repaired: order(pending, `payment_due_at = now() + interval '1 day'`),
    expected: { 'unpaid-is-given-up-in-time': [pending] },
  },
  {
    what: 'two payments of one order',
    service: 'payments',
    broken: `INSERT INTO transactions (id, transaction_number, order_id, user_id, payment_method_id, amount, status)
             VALUES ('${uuidv7()}', 'T-4', '${confirmed}', '${user}', 1, 15, 'PROCESSING')`,
    repaired: `DELETE FROM transactions WHERE transaction_number = 'T-4'`,
    expected: { 'one-live-transaction': [confirmed] },
  },
  {
    what: 'a refund that is in no book',
    service: 'payments',
    broken: transaction(paid, 'refund_amount = 4'),
    repaired: transaction(paid, 'refund_amount = 3'),
    expected: { 'refunds-fit-the-payment': [paid] },
  },
  {
    what: 'a full refund that is not done',
    service: 'payments',
    broken: `UPDATE refunds SET status = 'PROCESSING' WHERE transaction_id = '${paidBack}'`,
    repaired: `UPDATE refunds SET status = 'SUCCESS' WHERE transaction_id = '${paidBack}'`,
    expected: { 'refunds-fit-the-payment': [paidBack] },
  },
  {
    what: 'another amount than the total',
    service: 'payments',
    broken: transaction(paid, 'amount = 15.01'),
    repaired: transaction(paid, 'amount = 15'),
    expected: { 'payment-has-its-order': [paid] },
  },
  {
    what: 'a paid order without a payment',
    service: 'payments',
    broken: `UPDATE refunds SET status = 'FAILED' WHERE amount = 3; ${transaction(paid, `status = 'FAILED', refund_amount = 0`)}`,
    repaired: `UPDATE refunds SET status = 'SUCCESS' WHERE amount = 3; ${transaction(paid, `status = 'SUCCESS', refund_amount = 3`)}`,
    expected: { 'order-is-paid-as-it-says': [confirmed] },
  },
  {
    what: 'a payment that its order knows nothing of, and one of a cancelled order that is kept',
    service: 'payments',
    broken: `INSERT INTO transactions (id, transaction_number, order_id, user_id, payment_method_id, amount, status)
             VALUES ('${uuidv7()}', 'T-5', '${pending}', '${user}', 1, 20, 'SUCCESS'),
                    ('${uuidv7()}', 'T-6', '${cancelled}', '${user}', 1, 10, 'SUCCESS')`,
    repaired: `DELETE FROM transactions WHERE transaction_number IN ('T-5', 'T-6')`,
    expected: { 'order-is-paid-as-it-says': [pending, cancelled] },
  },
  ...(['users', 'products', 'orders', 'payments'] as const).map((service) => ({
    what: `an event of ${service} that was not sent`,
    service,
    broken: `INSERT INTO outbox (id, type, subject_id, payload) VALUES ('${unknown}', 'order.placed', '${unknown}', '{}')`,
    repaired: `DELETE FROM outbox`,
    expected: { [`outbox-of-${service}-is-empty`]: [unknown] },
  })),
];

describe('the invariants', () => {
  it('hold in a shop where all is well', async () => {
    expect(await violated()).toEqual({});
  });

  it.each(breaks)('find $what', async ({ service, broken, repaired, expected }) => {
    await shop.query(service, broken);
    expect(await violated()).toEqual(expected);
    await shop.query(service, repaired);
    expect(await violated()).toEqual({});
  });

  it('bear with what is still under way', async () => {
    await shop.query(
      'products',
      `INSERT INTO inventory_reservations (order_id, product_id, quantity) VALUES ('${unknown}', '${product}', 1);
       ${inventory('reserved_quantity = 3')}`,
    );
    await shop.query('orders', order(pending, `payment_due_at = now() - interval '4 minutes'`));
    await shop.query(
      'orders',
      `INSERT INTO outbox (id, type, subject_id, payload) VALUES ('${unknown}', 'order.placed', '${unknown}', '{}')`,
    );
    expect(await violated(0)).toEqual({});
    expect(Object.keys(await violated())).toEqual([
      ...['reservation-has-its-order', 'unpaid-is-given-up-in-time', 'outbox-of-orders-is-empty'],
    ]);
    await shop.query('payments', transaction(paid, `order_id = '${pending}', status = 'PROCESSING'`));
    expect(Object.keys(await violated())).not.toContain('unpaid-is-given-up-in-time');
    await shop.query('payments', transaction(paid, `order_id = '${confirmed}', status = 'SUCCESS'`));
    await shop.query('orders', 'DELETE FROM outbox');
    await shop.query('orders', order(pending, `payment_due_at = now() + interval '1 day'`));
    await shop.query(
      'products',
      `DELETE FROM inventory_reservations WHERE order_id = '${unknown}'; ${inventory('reserved_quantity = 2')}`,
    );
    expect(await violated()).toEqual({});
  });

  it('find a coupon used more often than it may be', async () => {
    const uses = shop.mongo.collection('coupon_uses');
    await uses.insertOne(useOf(otherUse, limited, refunded, '2'));
    await shop.query('orders', order(refunded, `applied_coupons = '[{"coupon_code": "FIVE"}]'`));
    expect(await violated()).toEqual({ 'coupon-within-its-limits': ['FIVE'] });
    const coupons = shop.mongo.collection('coupons');
    await coupons.updateOne({ _id: limited }, { $set: { updated_at: new Date(), usage_limit: 1 } });
    expect(await violated(), 'a limit that was lowered afterwards').toEqual({});
    const before = couponOf(limited, 'FIVE', 1);
    await coupons.updateOne(
      { _id: limited },
      { $set: { updated_at: before.updated_at, usage_limit: 9, per_user_limit: 1 } },
    );
    expect(await violated()).toEqual({ 'coupon-within-its-limits': ['FIVE'] });
    await coupons.updateOne({ _id: limited }, { $set: { usage_limit: 1, per_user_limit: null } });
    await uses.deleteOne({ _id: otherUse });
    await shop.query('orders', order(refunded, `applied_coupons = '[]'`));
    expect(await violated()).toEqual({});
  });

  it('find a use of a coupon without an order, or with one that was cancelled or has no such coupon', async () => {
    const uses = shop.mongo.collection('coupon_uses');
    for (const id of [unknown, cancelled, pending]) {
      await uses.insertOne(useOf(otherUse, unlimited, id, id));
      expect(await violated()).toEqual({ 'coupon-use-has-its-order': [otherUse.toHexString()] });
      await uses.deleteOne({ _id: otherUse });
    }
    await uses.insertOne({ ...useOf(otherUse, unlimited, unknown, unknown), redeemed_at: new Date() });
    expect(await violated(0), 'a checkout of just now').toEqual({});
    await uses.deleteOne({ _id: otherUse });
  });

  it('find a change of a coupon that was not told', async () => {
    const coupons = shop.mongo.collection('coupons');
    const unsent_events = [{ id: uuidv7(), type: 'audit.recorded' }];
    await coupons.updateOne({ _id: unlimited }, { $set: { unsent_events } });
    expect(await violated()).toEqual({ 'outbox-of-cart-is-empty': ['ANY'] });
    await coupons.updateOne({ _id: unlimited }, { $set: { updated_at: new Date() } });
    expect(await violated(0), 'one of just now').toEqual({});
    const { updated_at } = couponOf(unlimited, 'ANY', null);
    await coupons.updateOne({ _id: unlimited }, { $set: { unsent_events: [], updated_at } });
    expect(await violated()).toEqual({});
  });

  it('find an order whose coupon is free for others', async () => {
    const uses = shop.mongo.collection('coupon_uses');
    await uses.deleteOne({ _id: use });
    expect(await violated()).toEqual({ 'order-used-its-coupons': [confirmed] });
    await uses.insertOne(useOf(use, limited, confirmed, '1'));
    expect(await violated()).toEqual({});
  });
});

describe('npm run check:invariants', () => {
  const run = (...options: string[]) => {
    const { users, products, orders, payments, mongo } = shop.urls;
    const env = {
      ...process.env,
      ...{ DATABASE_URL_USERS: users, DATABASE_URL_PRODUCTS: products, DATABASE_URL_ORDERS: orders },
      ...{ DATABASE_URL_PAYMENTS: payments, MONGODB_URI: mongo },
    };
    return new Promise<{ code: number; stdout: string }>((resolve) => {
      const child = execFile(process.execPath, ['tools/check-invariants.ts', ...options], { env }, (_error, stdout) =>
        resolve({ code: child.exitCode ?? -1, stdout }),
      );
    });
  };

  it('ends with 0 where all is well, and says so', async () => {
    const { code, stdout } = await run();
    expect({ code, last: stdout.trimEnd().split('\n').at(-1) }).toEqual({
      code: 0,
      last: `All ${checks.length} hold.`,
    });
    expect(JSON.parse((await run('--json')).stdout)).toMatchObject({ ok: true });
  });

  it('ends with 1 where something does not hold, and says what to do', async () => {
    await shop.query('products', inventory('quantity = 11'));
    const text = await run('--only', 'quantity-is-what-moved');
    const json = await run('--json', '--only', 'quantity-is-what-moved');
    await shop.query('products', inventory('quantity = 10'));
    expect(text.code).toBe(1);
    expect(text.stdout).toContain('FAIL  quantity-is-what-moved: 1\n');
    expect(text.stdout).toContain(`        ${product}  quantity 11, movements 10\n`);
    expect(text.stdout).toContain('What to do: ');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      findings: [{ check: { name: 'quantity-is-what-moved' }, violations: [{ subject: product }] }],
    });
  });

  it('ends with 2 where it cannot be found out', async () => {
    expect(await run('--only', 'nothing')).toMatchObject({ code: 2, stdout: '' });
    expect(await run('--advance', 'soon')).toMatchObject({ code: 2, stdout: '' });
  });

  it('cannot write', async () => {
    const writing = look(shop.urls, new Date(), ({ orders }) => orders('DELETE FROM order_items'));
    await expect(writing).rejects.toThrow('cannot execute DELETE in a read-only transaction');
  });
});
