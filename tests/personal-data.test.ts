import { execFile } from 'node:child_process';

import { expect, inject, it } from 'vitest';

import { api, eventually, expectProblem, newShopper, type Shopper } from './support/client.ts';
import { bindingsOf, sqlOf } from './support/databases.ts';
import { secretsInAnswer } from './support/secrets.ts';
import { addToCart, type Buyer, newBuyer, newProduct, pay, placeOrder } from './support/shop.ts';

interface Outcome {
  code: unknown;
  stdout: string;
  stderr: string;
}

function run(tool: string, ...args: string[]): Promise<Outcome> {
  const { urls } = inject('stack');
  const { DATABASE_URL, NEON_ENDPOINT } = bindingsOf('users');
  const env = {
    ...process.env,
    DATABASE_URL_USERS: DATABASE_URL,
    NEON_ENDPOINT,
    DATABASE_URL_PRODUCTS: urls['products'],
    DATABASE_URL_ORDERS: urls['orders'],
    DATABASE_URL_PAYMENTS: urls['payments'],
    MONGODB_URI: urls['mongo'] ?? '',
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [tool, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

/** Somebody with something of everything. */
async function customer(): Promise<{ buyer: Buyer; productId: string; orderId: string }> {
  const product = await newProduct({ price: '12.50' });
  const buyer = await newBuyer(product.id, 2);
  const order = await placeOrder(buyer);
  expect(order.status).toBe(201);
  const { token } = buyer;
  expect((await pay(token, order.body.id)).body.status).toBe('SUCCESS');
  const review = { rating: 4, title: 'Good', comment: 'It holds' };
  expect((await api('POST', `/v1/products/${product.id}/reviews`, { token, body: review })).status).toBe(201);
  await eventually(async () => {
    const { body } = await api('GET', `/v1/orders/${order.body.id}`, { token });
    expect(body.status).toBe('CONFIRMED');
    expect((await api('GET', '/v1/cart', { token })).body.items).toEqual([]);
  });
  await addToCart(token, product.id, 1);
  return { buyer, productId: product.id, orderId: order.body.id };
}

it('exports all that is known of a person, and no secret', async () => {
  const { buyer, productId, orderId } = await customer();
  const stranger = await newShopper();

  const { code, stdout, stderr } = await run('tools/user-export.ts', '--email', buyer.email.toUpperCase());

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const data = JSON.parse(stdout);
  expect(data).toMatchObject({
    profile: { id: buyer.user.id, email: buyer.email, first_name: 'Sam', last_name: 'Shopper', roles: ['CUSTOMER'] },
    addresses: [{ id: buyer.addressId, address_line1: '1 Pine Street', phone_number: '+15035550100' }],
    sessions: [{ user_agent: 'node', is_revoked: false }],
    orders: [
      {
        id: orderId,
        total_amount: '29.90',
        customer_email: buyer.email,
        shipping_address: { city: 'Portland' },
        items: [{ product_id: productId, quantity: 2, unit_price: '12.50' }],
        status_history: [{ to_status: 'PENDING' }, { to_status: 'CONFIRMED' }],
      },
    ],
    payments: [
      { order_id: orderId, amount: '29.90', status: 'SUCCESS', payment_method_code: 'CREDIT_CARD', refunds: [] },
    ],
    saved_payment_methods: [],
    reviews: [{ product_id: productId, rating: 4, title: 'Good', comment: 'It holds' }],
    cart: { items: [{ product_id: productId, quantity: 1 }] },
    coupon_uses: [],
    audit_log: { by_user: [], about_user: [] },
  });
  expect(secretsInAnswer(stdout)).toEqual([]);
  expect(stdout).not.toMatch(/token|password|hash/i);
  expect(stdout).not.toContain(stranger.user.id);

  const byId = JSON.parse((await run('tools/user-export.ts', '--id', buyer.user.id)).stdout);
  expect({ ...byId, exported_at: data.exported_at }).toEqual(data);
});

it('erases a person as they could themselves, and the other services follow', async () => {
  const { buyer, orderId } = await customer();
  const { id } = buyer.user;

  expect(await run('tools/user-erase.ts', '--id', id)).toEqual({
    code: 0,
    stdout: `${id} is erased. Cart, reviews and saved payment methods follow within a minute.\n`,
    stderr: '',
  });

  const login = { email: buyer.email, password: buyer.password };
  expectProblem(await api('POST', '/v1/auth/login', { body: login }), 401, 'invalid_credentials');
  await api('POST', '/dev/sweep');
  await eventually(async () => {
    const left = JSON.parse((await run('tools/user-export.ts', '--id', id)).stdout);
    expect(left).toMatchObject({
      profile: { email: `deleted-${id}@deleted.invalid`, first_name: '', last_name: '', is_deleted: true, roles: [] },
      addresses: [],
      sessions: [],
      saved_payment_methods: [],
      cart: null,
      // What was bought stays in the books.
      orders: [{ id: orderId }],
    });
    expect(left.reviews.map((review: { author_name: string }) => review.author_name)).not.toContain('Sam S.');
  });
  expect((await run('tools/user-erase.ts', '--id', id)).code).toBe(1);
});

it('refuses who is not there, and does nothing', async () => {
  const other: Shopper = await newShopper();
  const nobody = '00000000-0000-7000-8000-000000000000';
  expect(await run('tools/user-export.ts', '--id', nobody)).toEqual({
    code: 1,
    stdout: '',
    stderr: 'There is no such user.\n',
  });
  expect((await run('tools/user-export.ts', '--email', other.email, '--id', nobody)).code).toBe(2);
  expect((await run('tools/user-erase.ts', '--id', nobody)).code).toBe(1);
  expect((await run('tools/user-erase.ts', '--id', 'x')).stderr).toBe('Not a user id: x\n');
  expect(await sqlOf('users')`SELECT is_deleted FROM users WHERE id = ${other.user.id}`).toEqual([
    { is_deleted: false },
  ]);
});
