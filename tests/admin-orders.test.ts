import { randomUUID } from 'node:crypto';

import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, it } from 'vitest';
import { uuidv7 } from 'uuidv7';

import { statuses } from './support/admin-products.ts';
import { type Answer, api, eventually, expectProblem, staff } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { startDirector } from './support/faults.ts';
import { type Buyer, manager, newBuyer, newProduct, pay, placeOrder, shopUrl } from './support/shop.ts';

const path = '/v1/admin/orders';
const sql = sqlOf('orders');
let product: Answer['body'];

beforeAll(async () => {
  product = await newProduct({ price: '10.00', quantity: 1_000 });
});

async function get(target: string): Promise<Answer> {
  return api('GET', target, { token: await manager() });
}

async function list(query: string): Promise<Answer['body']> {
  const { status, body } = await get(`${path}?${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

async function found(query: string): Promise<string[]> {
  return (await list(query)).data.map(({ id }: { id: string }) => id);
}

async function patch(id: string, ifMatch: string | null, body: unknown): Promise<Answer> {
  const headers: Record<string, string> = ifMatch === null ? {} : { 'if-match': ifMatch };
  return api('PATCH', `${path}/${id}`, { token: await manager(), headers, body });
}

async function newOrder(notes?: string): Promise<{ buyer: Buyer; order: Answer['body'] }> {
  const buyer = await newBuyer(product.id, 2);
  const { status, body } = await placeOrder(buyer, notes === undefined ? {} : { body: { notes } });
  expect(status, JSON.stringify(body)).toBe(201);
  return { buyer, order: body };
}

const byText = (a = '', b = '') => (a < b ? -1 : Number(a > b));

interface OldOrder {
  user_id?: string;
  created_at: string;
  email?: string;
  number?: string;
  status?: string;
  items?: { name?: string; quantity?: number }[];
}

/** An order as one of long ago lies in the database. */
async function oldOrder({ created_at, user_id = uuidv7(), ...of }: OldOrder): Promise<string> {
  const id = uuidv7();
  const address = { full_name: '=SUM(A1)', phone_number: '+15035550100', address_line1: '1, "Pine" Street' };
  const place = { address_line2: null, city: 'Portland', state: 'OR', postal_code: '97201', country: 'US' };
  const items = of.items ?? [{}];
  const quantity = items.reduce((total, item) => total + (item.quantity ?? 1), 0);
  await sql`
    INSERT INTO orders (id, order_number, user_id, status, subtotal, shipping_amount, total_amount, shipping_address_id,
      billing_address_id, shipping_address, billing_address, shipping_method_code, shipping_method_name,
      customer_email, notes, created_at, updated_at)
    VALUES (${id}, ${of.number ?? `OLD-${randomUUID()}`}, ${user_id}, ${of.status ?? 'DELIVERED'}, ${quantity}::int * 10,
      4.9, ${quantity}::int * 10 + 4.9, ${uuidv7()}, ${uuidv7()}, ${{ ...address, ...place }}, ${{ ...address, ...place }},
      'standard', 'Standard', ${of.email ?? null}, ${'first line\nsecond'}, ${created_at}, ${created_at})`;
  for (const [position, item] of items.entries()) {
    await sql`
      INSERT INTO order_items (id, order_id, product_id, product_name, product_sku, quantity, unit_price, total_price,
        position)
      VALUES (${uuidv7()}, ${id}, ${product.id}, ${item.name ?? 'Thing'}, 'SKU', ${item.quantity ?? 1}, 10,
        ${item.quantity ?? 1}::int * 10, ${position})`;
  }
  return id;
}

describe('GET /v1/admin/orders', () => {
  it("shows everybody's, newest first, with the shopper's email", async () => {
    const { buyer, order } = await newOrder();
    const { order: newer } = await newOrder();
    const ids = await found('limit=100');
    expect(ids.indexOf(newer.id)).toBeLessThan(ids.indexOf(order.id));
    const [row] = (await list(`user_id=${buyer.user.id}`)).data;
    const { items: _items, shipping_address: _to, billing_address: _bill, shipping_method: _how, ...rest } = order;
    const { tax_rate: _rate, status_history: _history, payment: _payment, applied_coupons: _used, ...summary } = rest;
    expect(row).toMatchObject({ ...summary, customer_email: buyer.email });
    expect(await found(`user_id=${buyer.user.id.toUpperCase()}`)).toEqual([order.id]);
  });

  it('finds what a number or an email begins with, in any case', async () => {
    const { buyer, order } = await newOrder();
    for (const q of [order.order_number, order.order_number.toLowerCase(), order.order_number.slice(0, -1)]) {
      expect(await found(`q=${q}`)).toContain(order.id);
    }
    expect(await found(`q=${buyer.email}`)).toEqual([order.id]);
    expect(await found(`q=${encodeURIComponent(buyer.email.slice(0, -4).toUpperCase())}`)).toEqual([order.id]);
    expect(await found(`q=${order.order_number.slice(4)}`)).toEqual([]);
    expect(await found(`q=${buyer.email.slice(1)}`)).toEqual([]);
  });

  it('takes signs for what they are', async () => {
    const email = `100%_${randomUUID()}\\x@example.com`;
    const id = await oldOrder({ created_at: '2001-01-01T00:00:00Z', email });
    expect(await found(`q=${encodeURIComponent(email.slice(0, -3))}`)).toEqual([id]);
    expect(await found(`q=${encodeURIComponent('100%_')}`)).toContain(id);
    for (const q of ['%25', '100_', "'; DROP TABLE orders; --", '_']) {
      expect(await found(`q=${encodeURIComponent(q === '%25' ? '%' : q)}`)).not.toContain(id);
    }
  });

  it('filters by status and time', async () => {
    const user_id = uuidv7();
    const a = await oldOrder({ user_id, created_at: '2002-01-01T00:00:00.000Z', status: 'SHIPPED' });
    const b = await oldOrder({ user_id, created_at: '2002-01-02T00:00:00.000Z' });
    expect(await found(`user_id=${user_id}&status=SHIPPED`)).toEqual([a]);
    expect(await found(`user_id=${user_id}&created_at[gte]=2002-01-02T00:00:00Z`)).toEqual([b]);
    expect(await found(`user_id=${user_id}&created_at[lt]=2002-01-02T00:00:00Z`)).toEqual([a]);
    expect(await found(`user_id=${user_id}&created_at[gte]=2002-01-02T05:30:00%2B05:30`)).toEqual([b]);
    expect(await found(`user_id=${user_id}&created_at[lt]=2002-01-01T19:00:00-05:00`)).toEqual([a]);
    expect(await found(`user_id=${user_id}&created_at[gte]=2002-01-01T00:00:00Z`)).toEqual([b, a]);
    expect(await found(`created_at[gte]=2002-01-01T23:59:59.999Z&created_at[lt]=2002-01-02T00:00:00.001Z`)).toEqual([
      b,
    ]);
  });

  it('is read page by page, each order once', async () => {
    const user_id = uuidv7();
    const made: string[] = [];
    for (const day of ['01', '02', '02', '02', '03']) {
      made.push(await oldOrder({ user_id, created_at: `2003-01-${day}T00:00:00.000Z` }));
    }
    const seen: string[] = [];
    let query = `user_id=${user_id}&limit=2`;
    for (let more = true; more;) {
      const { data, page } = await list(query);
      seen.push(...data.map(({ id }: { id: string }) => id));
      more = page.has_more;
      if (more) query = `user_id=${user_id}&limit=2&cursor=${page.next_cursor}`;
    }
    expect(seen).toEqual(made.toReversed());
    for (const other of ['status=PENDING', 'sort=created_at']) {
      expectProblem(await get(`${path}?${query.replace('limit=2', other)}`), 400, 'invalid_cursor');
    }
    const oldest = await list(`user_id=${user_id}&sort=created_at&limit=3`);
    const rest = await found(`user_id=${user_id}&sort=created_at&cursor=${oldest.page.next_cursor}`);
    expect([...oldest.data.map(({ id }: { id: string }) => id), ...rest]).toEqual(made);
  });

  it.each([
    ['status=PAID', 422, 'validation_failed'],
    ['user_id=me', 422, 'validation_failed'],
    ['q=', 422, 'validation_failed'],
    [`q=${'x'.repeat(256)}`, 422, 'validation_failed'],
    ['created_at[gte]=yesterday', 422, 'validation_failed'],
    ['limit=101', 422, 'validation_failed'],
    ['sort=total_amount', 422, 'validation_failed'],
    ['page=2', 400, 'unknown_parameter'],
    ['cursor=x', 400, 'invalid_cursor'],
  ] as const)('refuses %s', async (query, status, code) => {
    expectProblem(await get(`${path}?${query}`), status, code);
  });

  it('has indexes for what it searches by', async () => {
    const indexes =
      await sql`SELECT indexname FROM pg_indexes WHERE tablename IN ('orders', 'outbox') ORDER BY indexname`;
    expect(indexes.map(({ indexname }) => indexname)).toEqual(
      expect.arrayContaining([
        'orders_customer_email_prefix_index',
        'orders_order_number_prefix_index',
        'outbox_audited_resource_index',
        'outbox_subject_id_index',
      ]),
    );
  });
});

describe('GET /v1/admin/orders/{id}', () => {
  it('is what its shopper sees, and more, in one round trip', async () => {
    const { buyer, order } = await newOrder('Ring twice');
    expect((await pay(buyer.token, order.id)).body.status).toBe('SUCCESS');
    const { status, headers, body } = await get(`${path}/${order.id}`);
    expect([status, headers.get('etag'), headers.get('server-timing')]).toEqual([200, '"2"', 'db;desc="1"']);
    const { timeline: _timeline, customer_email, ...shown } = body;
    expect(customer_email).toBe(buyer.email);
    expect(shown).toEqual((await api('GET', `/v1/orders/${order.id}`, { token: buyer.token })).body);
    expect(shown.payment).toMatchObject({ status: 'SUCCESS', amount: order.total_amount });
  });

  it('knows no others', async () => {
    expectProblem(await get(`${path}/${uuidv7()}`), 404, 'not_found');
    expectProblem(await get(`${path}/ORD-1`), 404, 'not_found');
  });
});

describe('PATCH /v1/admin/orders/{id}', () => {
  it('changes the tracking number and the notes, and the audit log tells of it', async () => {
    const { buyer, order } = await newOrder();
    const { status, headers, body } = await patch(order.id, '"1"', { tracking_number: '1Z999', notes: 'Fragile' });
    expect([status, headers.get('etag'), headers.get('server-timing')]).toEqual([200, '"2"', 'db;desc="2"']);
    // When events were sent, the two may see differently.
    const { timeline: _seen, ...now } = (await get(`${path}/${order.id}`)).body;
    expect(body).toMatchObject(now);
    expect(body).toMatchObject({ tracking_number: '1Z999', notes: 'Fragile', status: 'PENDING', version: 2 });
    const own = await api('GET', `/v1/orders/${order.id}`, { token: buyer.token });
    expect(own.body).toMatchObject({ tracking_number: '1Z999', notes: 'Fragile' });
    expect((await patch(order.id, '"2"', { notes: null })).body).toMatchObject({
      tracking_number: '1Z999',
      notes: null,
    });
    const token = await staff('admin');
    await eventually(async () => {
      const log = await api('GET', `/v1/admin/audit-log?resource_type=order&resource_id=${order.id}`, { token });
      expect(log.body.data).toMatchObject([
        { action: 'order.updated', before: { notes: 'Fragile' }, after: { notes: null } },
        {
          action: 'order.updated',
          before: { tracking_number: null, notes: null },
          after: { tracking_number: '1Z999', notes: 'Fragile' },
        },
      ]);
    });
  });

  it('writes nothing where nothing differs, nor when it is refused', async () => {
    const { order } = await newOrder('As it is');
    const stored = () => sql`
      SELECT to_jsonb(orders) AS row, (SELECT count(*) FROM outbox WHERE payload ->> 'resource_id' = ${order.id}) AS told
        FROM orders WHERE id = ${order.id}`;
    const before = await stored();
    expect((await patch(order.id, '"1"', { notes: 'As it is' })).body.version).toBe(1);
    expect((await patch(order.id, '"1"', {})).body.version).toBe(1);
    expectProblem(await patch(order.id, null, { notes: 'X' }), 428, 'precondition_required');
    expectProblem(await patch(order.id, '"2"', { notes: 'X' }), 412, 'precondition_failed');
    expectProblem(await patch(order.id, 'W/"1"', { notes: 'X' }), 412, 'precondition_failed');
    for (const [wrong, pointer] of [
      [{ status: 'SHIPPED' }, '/status'],
      [{ notes: '' }, '/notes'],
      [{ notes: 'x'.repeat(2_001) }, '/notes'],
      [{ tracking_number: 'x'.repeat(101) }, '/tracking_number'],
      [{ tracking_number: 7 }, '/tracking_number'],
    ] as const) {
      const refused = await patch(order.id, '"1"', wrong);
      expectProblem(refused, 422, 'validation_failed');
      expect(refused.body.errors).toMatchObject([{ pointer }]);
    }
    expectProblem(await patch(uuidv7(), '"1"', { notes: 'X' }), 404, 'not_found');
    expect(await stored()).toEqual(before);
  });

  it('changes nothing where it could not be answered', async () => {
    const { order } = await newOrder();
    const director = await startDirector();
    const direction = director.direct({ point: 'orders → payments.paymentsOfOrder', mode: 'fail-before' });
    const headers = { 'if-match': '"1"', ...direction.headers };
    const body = { notes: 'X' };
    const failed = await api('PATCH', `${path}/${order.id}`, { token: await manager(), headers, body });
    director.close();
    expectProblem(failed, 503, 'service_unavailable');
    expect((await get(`${path}/${order.id}`)).body).toMatchObject({ notes: null, version: 1 });
  });

  it('lets one of several at once through', async () => {
    const { order } = await newOrder();
    const answers = await Promise.all(['A', 'B', 'C', 'D'].map((notes) => patch(order.id, '"1"', { notes })));
    expect(statuses(answers)).toEqual({ 200: 1, 412: 3 });
    expect((await get(`${path}/${order.id}`)).body.version).toBe(2);
  });
});

describe('GET /v1/admin/orders/export', () => {
  const file = async (query: string): Promise<Answer> => get(`${path}/export?${query}`);
  const recordsOf = (text: string): Record<string, string>[] => parse(text, { columns: true });

  it('has a row for each item, the amounts of an order once', async () => {
    const first = await oldOrder({
      created_at: '2004-03-01T10:00:00.000Z',
      email: '+sam@example.com',
      number: 'OLD-2004-A',
      items: [{ name: '=1+1', quantity: 2 }, { name: 'Pot, "large"' }],
    });
    await oldOrder({ created_at: '2004-03-02T00:00:00.000Z', number: 'OLD-2004-B' });
    await oldOrder({ created_at: '2004-03-03T00:00:00.000Z', number: 'OLD-2004-C' });
    const { status, headers, body } = await file(
      // Days of a shop that is ten hours ahead of UTC.
      'created_at[gte]=2004-03-01T20:00:00%2B10:00&created_at[lt]=2004-03-03T10:00:00%2B10:00',
    );
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toBe('attachment; filename="orders.csv"');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body.endsWith('\r\n')).toBe(true);
    const records = recordsOf(body);
    expect(
      records.map(({ order_number, product_name, quantity, total_price, total_amount, shipping_amount }) => [
        ...[order_number, product_name, quantity, total_price, total_amount, shipping_amount],
      ]),
    ).toEqual([
      ['OLD-2004-A', "'=1+1", '2', '20.00', '34.90', '4.90'],
      ['OLD-2004-A', 'Pot, "large"', '1', '10.00', '', ''],
      ['OLD-2004-B', 'Thing', '1', '10.00', '14.90', '4.90'],
    ]);
    const [row] = await sql`SELECT user_id FROM orders WHERE id = ${first}`;
    expect(records[0]).toEqual({
      order_number: 'OLD-2004-A',
      created_at: '2004-03-01T10:00:00.000Z',
      status: 'DELIVERED',
      user_id: row?.['user_id'],
      customer_email: "'+sam@example.com",
      currency: 'USD',
      subtotal: '30.00',
      discount_amount: '0.00',
      tax_amount: '0.00',
      shipping_amount: '4.90',
      total_amount: '34.90',
      tax_rate: '0.0000',
      coupon_codes: '',
      shipping_method_code: 'standard',
      tracking_number: '',
      shipped_at: '',
      delivered_at: '',
      cancelled_at: '',
      full_name: "'=SUM(A1)",
      address_line1: '1, "Pine" Street',
      address_line2: '',
      city: 'Portland',
      state: 'OR',
      postal_code: '97201',
      country: 'US',
      notes: 'first line\nsecond',
      product_id: product.id,
      product_sku: 'SKU',
      product_name: "'=1+1",
      quantity: '2',
      unit_price: '10.00',
      total_price: '20.00',
      item_discount_amount: '0.00',
      item_tax_amount: '0.00',
    });
  });

  it('is read page by page, each order once', async () => {
    await sql`
      WITH made AS (
        INSERT INTO orders (id, order_number, user_id, status, subtotal, total_amount, shipping_address_id,
          billing_address_id, shipping_address, billing_address, shipping_method_code, shipping_method_name, created_at)
        SELECT gen_random_uuid(), 'BULK-' || n, gen_random_uuid(), 'DELIVERED', 10, 10, gen_random_uuid(),
               gen_random_uuid(), place, place, 'standard', 'Standard',
               '2005-01-01T00:00:00Z'::timestamptz + (n / 7) * interval '1 second'
          FROM generate_series(0, 250) n, (SELECT jsonb_build_object('full_name', 'S', 'phone_number', '1',
               'address_line1', 'A', 'address_line2', null, 'city', 'C', 'state', 'OR', 'postal_code', '9',
               'country', 'US') AS place) AS places
        RETURNING id)
      INSERT INTO order_items (id, order_id, product_id, product_name, product_sku, quantity, unit_price, total_price)
      SELECT gen_random_uuid(), id, gen_random_uuid(), 'Thing', 'SKU', 1, 10, 10 FROM made`;
    const { body } = await file('created_at[gte]=2005-01-01T00:00:00Z&created_at[lt]=2005-02-01T00:00:00Z');
    const records = recordsOf(body);
    expect(records).toHaveLength(251);
    expect(new Set(records.map(({ order_number }) => order_number)).size).toBe(251);
    const times = records.map(({ created_at }) => created_at);
    expect(times).toEqual(times.toSorted(byText));
  });

  it('is a header where there is nothing', async () => {
    const { status, body } = await file('created_at[gte]=1999-01-01T00:00:00Z&created_at[lt]=1999-01-02T00:00:00Z');
    expect(status).toBe(200);
    expect(body).toMatch(/^order_number,created_at,[^\r\n]*,item_tax_amount\r\n$/);
  });

  it('refuses what it does not understand', async () => {
    expectProblem(await file('created_at[gte]=today'), 422, 'validation_failed');
    expectProblem(await file('status=PENDING'), 400, 'unknown_parameter');
    expectProblem(await api('GET', `${path}/export`), 401, 'unauthorized');
    expectProblem(await api('GET', `${path}/export`, { token: await staff('customer') }), 403, 'forbidden');
  });

  it('breaks the connection when it cannot go on', async () => {
    await sql`UPDATE orders SET applied_coupons = '{"not": "a list"}' WHERE order_number = 'BULK-240'`;
    const query = 'created_at[gte]=2005-01-01T00:00:00Z&created_at[lt]=2005-02-01T00:00:00Z';
    const answer = await fetch(new URL(`${path}/export?${query}`, shopUrl()), {
      headers: { authorization: `Bearer ${await manager()}` },
    });
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow('terminated');
    await sql`UPDATE orders SET applied_coupons = '[]' WHERE order_number = 'BULK-240'`;
  });
});
