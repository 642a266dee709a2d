import { randomUUID } from 'node:crypto';

import { afterAll, describe, expect, it } from 'vitest';

import { statuses } from './support/admin-products.ts';
import { applyCoupon, show } from './support/carts.ts';
import { type Answer, api, eventually, expectProblem } from './support/client.ts';
import { deleteCoupon, getCoupon, newCoupon, openCoupons, patchCoupon } from './support/coupons.ts';
import { sqlOf } from './support/databases.ts';
import {
  addToCart,
  atCheckpoint,
  type Buyer,
  newAddress,
  newBuyer,
  newProduct,
  placeOrder,
  shopUrl,
  stockOf,
  sweep,
} from './support/shop.ts';

const ordersSql = sqlOf('orders');
const { uses, storedUses, close } = openCoupons();
afterAll(close);

/** A buyer of two of the product, with these coupons in the cart. */
async function newBuyerWith(productId: string, ...codes: string[]): Promise<Buyer> {
  const buyer = await newBuyer(productId, 2);
  await applyAll(buyer, codes);
  return buyer;
}

async function applyAll(buyer: Buyer, codes: string[]): Promise<void> {
  for (const code of codes) {
    const { status, body } = await applyCoupon(buyer, code);
    expect(status, JSON.stringify(body)).toBe(200);
  }
}

const ordersOf = ({ user }: Buyer) => ordersSql`SELECT id FROM orders WHERE user_id = ${user.id}`;
const usesOf = ({ user }: Buyer) => uses.countDocuments({ user_id: user.id });
const usedCount = async (code: string) => (await getCoupon(code)).body.used_count;

/** The order was refused because of this coupon, and nothing shows that it was tried. */
async function expectRefused(answer: Answer, code: CouponCode, buyer: Buyer, coupon: string): Promise<void> {
  expectProblem(answer, 409, code);
  expect(answer.body.coupon_code).toBe(coupon);
  expect(answer.body.detail).toContain(`Take ${coupon} out of the cart`);
  expect(await ordersOf(buyer)).toEqual([]);
  expect(await usesOf(buyer)).toBe(0);
  const { body: cart } = await show(buyer);
  expect(cart.items).toHaveLength(1);
  expect(cart.applied_coupons.map(({ coupon_code }: { coupon_code: string }) => coupon_code)).toContain(coupon);
}
type CouponCode = 'coupon_invalid' | 'coupon_expired' | 'coupon_exhausted' | 'coupon_minimum_not_met';

/** Begins an order whose worker dies once the coupons are redeemed. Call the answer to let go of it. */
async function orderThatDies(buyer: Buyer, key: string): Promise<() => Promise<void>> {
  const dying = await atCheckpoint('checkout.redeemed', async () => {}, { kill: true });
  const controller = new AbortController();
  const request = fetch(`${shopUrl()}/v1/orders`, {
    method: 'POST',
    signal: controller.signal,
    headers: {
      authorization: `Bearer ${buyer.token}`,
      'content-type': 'application/json',
      'idempotency-key': key,
      ...dying.headers,
    },
    body: JSON.stringify({ shipping_address_id: buyer.addressId, billing_address_id: buyer.addressId }),
  }).catch(() => null);
  await dying.reached;
  return async () => {
    controller.abort();
    await request;
    dying.close();
  };
}

/** As time does: another attempt may take over from the one that died. */
const unlock = ({ user }: Buyer) =>
  ordersSql`UPDATE idempotency_keys SET locked_until = now() WHERE user_id = ${user.id}`;

describe('an order', () => {
  it('takes off what its coupons are worth, in the order applied, spread over its lines', async () => {
    const [mug, cup] = [await newProduct({ price: '10.00' }), await newProduct({ price: '3.33' })];
    const percent = await newCoupon({ value: '10.00' });
    const amount = await newCoupon({ type: 'fixed_amount', value: '5.00' });
    const shipping = await newCoupon({ type: 'free_shipping', value: null });
    const buyer = await newBuyer(mug.id, 2);
    await addToCart(buyer.token, cup.id, 1);
    await applyAll(buyer, [percent.code, amount.code, shipping.code]);
    const { status, body } = await placeOrder(buyer);
    expect(status, JSON.stringify(body)).toBe(201);
    // 23.33 less 10 % is 21.00 (2.333 rounds to 2.33), less 5.00 is 16.00.
    expect(body).toMatchObject({
      status: 'PENDING',
      subtotal: '23.33',
      discount_amount: '7.33',
      tax_amount: '0.00',
      shipping_amount: '0.00',
      total_amount: '16.00',
      applied_coupons: [
        { coupon_code: percent.code, discount_amount: '2.33' },
        { coupon_code: amount.code, discount_amount: '5.00' },
        { coupon_code: shipping.code, discount_amount: '0.00' },
      ],
      items: [
        { product_id: mug.id, total_price: '20.00', discount_amount: '6.28' },
        { product_id: cup.id, total_price: '3.33', discount_amount: '1.05' },
      ],
    });
    expect((await api('GET', `/v1/orders/${body.id}`, { token: buyer.token })).body).toEqual(body);
    for (const { code } of [percent, amount, shipping]) expect(await usedCount(code)).toBe(1);
  });

  it('is taxed on what the discount left', async () => {
    const product = await newProduct({ price: '100.00' });
    const { code } = await newCoupon({ value: '50.00' });
    const buyer = await newBuyerWith(product.id, code);
    const addressId = await newAddress(buyer.token, { state: 'CA' });
    const { body } = await placeOrder({ ...buyer, addressId });
    expect(body).toMatchObject({
      subtotal: '200.00',
      discount_amount: '100.00',
      tax_rate: '0.0725',
      tax_amount: '7.25',
    });
  });

  it('that coupons make free is CONFIRMED at once, with its stock taken', async () => {
    const product = await newProduct({ price: '10.00', quantity: 5 });
    const all = await newCoupon({ value: '100.00' });
    const shipping = await newCoupon({ type: 'free_shipping', value: null });
    const buyer = await newBuyerWith(product.id, all.code, shipping.code);
    const { body } = await placeOrder(buyer);
    expect(body).toMatchObject({ status: 'CONFIRMED', total_amount: '0.00', payment_due_at: null });
    await eventually(async () => expect(await stockOf(product.id)).toEqual({ quantity: 3, reserved: 0 }));
  });

  it('of a shopper without coupons shows none', async () => {
    const product = await newProduct();
    const buyer = await newBuyer(product.id);
    expect((await placeOrder(buyer)).body).toMatchObject({ discount_amount: '0.00', applied_coupons: [] });
  });

  it('repeated under its key is the same order, and one use', async () => {
    const product = await newProduct();
    const { code } = await newCoupon({ usage_limit: 5 });
    const buyer = await newBuyerWith(product.id, code);
    const answers = await Promise.all(Array.from({ length: 10 }, () => placeOrder(buyer, { key: 'again' })));
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThanOrEqual(1);
    expect((await placeOrder(buyer, { key: 'again' })).body).toMatchObject({ discount_amount: '2.00' });
    expect(await ordersOf(buyer)).toHaveLength(1);
    expect(await usedCount(code)).toBe(1);
  });
});

describe('an order is refused, and nothing reserved or redeemed, when a coupon of the cart', () => {
  const future = '2099-01-01T00:00:00Z';
  it.each<[string, object, CouponCode]>([
    ['has ended', { ends_at: '2026-01-01T00:00:00Z' }, 'coupon_expired'],
    ['has not begun', { starts_at: future }, 'coupon_invalid'],
    ['was switched off', { is_active: false }, 'coupon_invalid'],
    ['asks for more by now', { min_subtotal: '20.01' }, 'coupon_minimum_not_met'],
  ])('%s', async (_name, change, refusal) => {
    const product = await newProduct({ price: '10.00', quantity: 5 });
    const good = await newCoupon();
    const { code } = await newCoupon();
    const buyer = await newBuyerWith(product.id, good.code, code);
    expect((await patchCoupon(code, change)).status).toBe(200);
    await expectRefused(await placeOrder(buyer), refusal, buyer, code);
    expect(await stockOf(product.id)).toEqual({ quantity: 5, reserved: 0 });
    await api('DELETE', `/v1/cart/coupons/${code}`, { token: buyer.token });
    expect((await placeOrder(buyer)).body).toMatchObject({ discount_amount: '2.00' });
  });

  it('was deleted, although another has its code', async () => {
    const product = await newProduct({ quantity: 5 });
    const { code } = await newCoupon();
    const buyer = await newBuyerWith(product.id, code);
    await deleteCoupon(code);
    await expectRefused(await placeOrder(buyer), 'coupon_invalid', buyer, code);
    await newCoupon({ code, value: '20.00' });
    expect((await placeOrder(buyer)).body).toMatchObject({ discount_amount: '4.00' });
  });

  it('is used up, even if it is the last of several', async () => {
    const product = await newProduct({ quantity: 5 });
    const good = await newCoupon({ usage_limit: 1 });
    const { code } = await newCoupon({ usage_limit: 1 });
    const [first, second] = [await newBuyerWith(product.id, code), await newBuyerWith(product.id, good.code, code)];
    expect((await placeOrder(first)).status).toBe(201);
    await expectRefused(await placeOrder(second), 'coupon_exhausted', second, code);
    expect([await usedCount(good.code), await usedCount(code)]).toEqual([0, 1]);
    expect(await stockOf(product.id)).toEqual({ quantity: 5, reserved: 2 });
  });

  it('was used by this shopper already', async () => {
    const product = await newProduct();
    const { code } = await newCoupon({ per_user_limit: 1 });
    const buyer = await newBuyerWith(product.id, code);
    const applied = await show(buyer);
    expect((await placeOrder(buyer)).status).toBe(201);
    await eventually(async () => expect((await show(buyer)).body.items).toEqual([]));
    expect(applied.body.applied_coupons).toHaveLength(1);
    await addToCart(buyer.token, product.id, 1);
    expectProblem(await applyCoupon(buyer, code), 409, 'coupon_exhausted');
    const other = await newBuyerWith(product.id, code);
    expect((await placeOrder(other)).status).toBe(201);
    expect(await usedCount(code)).toBe(2);
  });
});

it('an order that fails after its coupons were redeemed gives them back', async () => {
  const product = await newProduct({ quantity: 5 });
  const { code } = await newCoupon({ usage_limit: 1 });
  const buyer = await newBuyerWith(product.id, code);
  expectProblem(await placeOrder(buyer, { body: { shipping_method_code: 'drone' } }), 409, 'shipping_unavailable');
  expect(await storedUses(code)).toBe(0);
  expect((await placeOrder(buyer)).status).toBe(201);
});

it('a limit set below the number of uses refuses further ones until there are fewer', async () => {
  const product = await newProduct();
  const { code } = await newCoupon({ usage_limit: 5 });
  const buyers = [];
  for (let i = 0; i < 4; i++) buyers.push(await newBuyerWith(product.id, code));
  for (const buyer of buyers.slice(0, 3)) expect((await placeOrder(buyer)).status).toBe(201);
  const [last] = buyers.slice(3);
  if (!last) throw new Error('four buyers');
  expect((await patchCoupon(code, { usage_limit: 2 })).body).toMatchObject({ usage_limit: 2, used_count: 3 });
  await expectRefused(await placeOrder(last), 'coupon_exhausted', last, code);
  expect((await patchCoupon(code, { usage_limit: 4 })).body).toMatchObject({ used_count: 3 });
  expect((await placeOrder(last)).status).toBe(201);
});

describe('40 buyers with a coupon for 10', () => {
  it('make 10 orders with the discount; the others are told, and keep their carts', { timeout: 180_000 }, async () => {
    const product = await newProduct({ price: '10.00', quantity: 200 });
    const { code } = await newCoupon({ usage_limit: 10 });
    const buyers: Buyer[] = [];
    while (buyers.length < 40) {
      buyers.push(...(await Promise.all(Array.from({ length: 10 }, () => newBuyerWith(product.id, code)))));
    }
    const answers = await Promise.all(buyers.map((buyer) => placeOrder(buyer)));
    expect(statuses(answers)).toEqual({ 201: 10, 409: 30 });
    const placed = answers.filter(({ status }) => status === 201);
    expect(placed.map(({ body }) => body.applied_coupons)).toEqual(
      Array.from({ length: 10 }, () => [{ coupon_code: code, discount_amount: '2.00' }]),
    );
    for (const [i, buyer] of buyers.entries()) {
      const answer = answers[i];
      if (answer?.status === 409) await expectRefused(answer, 'coupon_exhausted', buyer, code);
    }
    expect(await stockOf(product.id)).toEqual({ quantity: 200, reserved: 20 });
    expect([await storedUses(code), await usedCount(code)]).toEqual([10, 10]);
  });
});

describe('a worker that dies after it has redeemed', () => {
  it('leaves no use once the sweep has come by', async () => {
    const product = await newProduct({ quantity: 3 });
    const { code } = await newCoupon({ usage_limit: 1 });
    const buyer = await newBuyerWith(product.id, code);
    const letGo = await orderThatDies(buyer, 'dies');
    expect([await storedUses(code), await stockOf(product.id)]).toEqual([1, { quantity: 3, reserved: 2 }]);
    await sweep(14 * 60);
    expect(await storedUses(code)).toBe(1);
    await sweep(20 * 60);
    expect([await storedUses(code), await stockOf(product.id)]).toEqual([0, { quantity: 3, reserved: 0 }]);
    expect(await ordersOf(buyer)).toEqual([]);
    await letGo();
    expect((await placeOrder(buyer, { key: 'dies' })).body).toMatchObject({ discount_amount: '2.00' });
    expect(await storedUses(code)).toBe(1);
  });

  it('has its work finished by the next attempt, on the terms redeemed, whatever became of the coupon', async () => {
    const product = await newProduct({ quantity: 3 });
    const { code } = await newCoupon({ usage_limit: 1 });
    const buyer = await newBuyerWith(product.id, code);
    const letGo = await orderThatDies(buyer, 'dies');
    expect((await patchCoupon(code, { value: '50.00', ends_at: '2026-01-01T00:00:00Z' })).status).toBe(200);
    await unlock(buyer);
    const { status, body } = await placeOrder(buyer, { key: 'dies' });
    expect([status, body.discount_amount]).toEqual([201, '2.00']);
    expect(await uses.find({ coupon_code: code }).toArray()).toMatchObject([{ order_id: body.id }]);
    await letGo();
  });

  it.each([
    ['another coupon', true],
    ['none', false],
  ])('leaves no use when the next attempt has %s', async (_name, hasOther) => {
    const product = await newProduct({ quantity: 3 });
    const [first, other] = [await newCoupon(), await newCoupon({ value: '25.00' })];
    const buyer = await newBuyerWith(product.id, first.code);
    const letGo = await orderThatDies(buyer, 'dies');
    await api('DELETE', `/v1/cart/coupons/${first.code}`, { token: buyer.token });
    if (hasOther) await applyAll(buyer, [other.code]);
    await unlock(buyer);
    const { status, body } = await placeOrder(buyer, { key: 'dies' });
    expect([status, body.discount_amount]).toEqual([201, hasOther ? '5.00' : '0.00']);
    await eventually(async () => expect(await usedCount(first.code)).toBe(0));
    expect(await usedCount(other.code)).toBe(hasOther ? 1 : 0);
    await letGo();
  });

  it('cannot place its order after the sweep', async () => {
    const product = await newProduct({ quantity: 9 });
    const { code } = await newCoupon({ usage_limit: 1 });
    const [slow, quick] = [await newBuyerWith(product.id, code), await newBuyerWith(product.id, code)];
    const paused = await atCheckpoint('checkout.redeemed', async () => {
      await sweep(20 * 60);
      expect((await placeOrder(quick)).status).toBe(201);
    });
    const answer = await placeOrder(slow, { headers: paused.headers });
    paused.close();
    expectProblem(answer, 409, 'idempotency_in_progress');
    expect(await ordersOf(slow)).toEqual([]);
    expect(await storedUses(code)).toBe(1);
    await expectRefused(await placeOrder(slow), 'coupon_exhausted', slow, code);
  });
});

describe('the use of a placed order', () => {
  it('stays, whether the event or the sweep tells of the order', async () => {
    const product = await newProduct();
    const { code } = await newCoupon();
    const buyer = await newBuyerWith(product.id, code);
    const { body } = await placeOrder(buyer);
    const settled = { order_id: body.id, is_settled: true };
    await eventually(async () => expect(await uses.countDocuments(settled)).toBe(1));
    await sweep(20 * 60);
    expect(await uses.countDocuments(settled)).toBe(1);

    // As if the event had not come yet.
    await uses.updateOne({ order_id: body.id }, { $set: { is_settled: false } });
    await sweep(20 * 60);
    expect(await uses.countDocuments(settled)).toBe(1);
    expect(await usedCount(code)).toBe(1);
  });

  it('is free again when the order is cancelled: one more can use the coupon, and no other', async () => {
    const product = await newProduct();
    const { code } = await newCoupon({ usage_limit: 2 });
    const buyers = [];
    for (let i = 0; i < 4; i++) buyers.push(await newBuyerWith(product.id, code));
    const [first, second, third, fourth] = buyers;
    if (!first || !second || !third || !fourth) throw new Error('four buyers');
    const { body: order } = await placeOrder(first);
    expect((await placeOrder(second)).status).toBe(201);
    const event = { order_id: order.id, user_id: first.user.id, order_number: order.order_number };
    await ordersSql`
      INSERT INTO outbox (id, type, subject_id, payload, request_id, traceparent)
      VALUES (${randomUUID()}, 'order.cancelled', ${order.id}, ${JSON.stringify(event)}, 'test', '')`;
    await sweep();
    await eventually(async () => expect(await usedCount(code)).toBe(1));
    expect((await placeOrder(third)).status).toBe(201);
    await expectRefused(await placeOrder(fourth), 'coupon_exhausted', fourth, code);
  });
});
