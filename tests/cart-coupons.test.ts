import { randomUUID } from 'node:crypto';

import { afterAll, describe, expect, it } from 'vitest';

import { add, applyCoupon, newCouponCode, newGuest, openCarts, show } from './support/carts.ts';
import { api, eventually, expectProblem, newShopper } from './support/client.ts';
import { deleteCoupon, patchCoupon } from './support/coupons.ts';
import { atCheckpoint, newAddress, newBuyer, newProduct, placeOrder } from './support/shop.ts';

const { carts, close, storedCarts, storedOf } = openCarts();
afterAll(close);

const ago = (milliseconds: number) => new Date(Date.now() - milliseconds).toISOString();
const remove = ({ token }: { token: string }, code: string) => api('DELETE', `/v1/cart/coupons/${code}`, { token });

/** A shopper with 40.00 and 60.00 in the cart. */
async function newShopperWith100() {
  const [bowl, lamp] = await Promise.all([newProduct({ price: '20.00' }), newProduct({ price: '60.00' })]);
  const shopper = await newShopper();
  await add(shopper, bowl.id, 2);
  await add(shopper, lamp.id, 1);
  return { shopper, bowl, lamp };
}

/** As if so many orders of the user had used the coupon. */
async function use(code: string, user_id: string, times: number): Promise<void> {
  const coupons = carts.db.collection('coupons');
  const [coupon] = await coupons.find({ code }).toArray();
  if (!coupon) throw new Error('There is no such coupon.');
  const { _id: coupon_id, type, value } = coupon;
  const uses = Array.from({ length: times }, () => ({
    coupon_id,
    order_id: randomUUID(),
    user_id,
    slot: randomUUID(),
    user_slot: randomUUID(),
    coupon_code: code,
    type,
    value,
    is_settled: true,
    redeemed_at: new Date(),
  }));
  await carts.db.collection('coupon_uses').insertMany(uses);
}

describe('a coupon', () => {
  it('takes its part off, each on what the earlier ones left, until it is taken out', async () => {
    const { shopper } = await newShopperWith100();
    const [five, ten, ship] = await Promise.all([
      newCouponCode({ type: 'fixed_amount', value: '5.00' }),
      newCouponCode({ min_subtotal: '100.00' }),
      newCouponCode({ type: 'free_shipping', value: null }),
    ]);
    const first = await applyCoupon(shopper, five);
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({
      items: [{ total_price: '40.00' }, { total_price: '60.00' }],
      subtotal: '100.00',
      discount_amount: '5.00',
      total_amount: '95.00',
      applied_coupons: [{ coupon_code: five, discount_amount: '5.00' }],
      version: 3,
    });
    expect(first.headers.get('server-timing')).toBe('db;desc="1"');
    await applyCoupon(shopper, ship);
    const { body } = await applyCoupon(shopper, ` ${ten.toLowerCase()} `);
    expect(body).toMatchObject({
      discount_amount: '14.50',
      total_amount: '85.50',
      applied_coupons: [
        { coupon_code: five, discount_amount: '5.00' },
        { coupon_code: ship, discount_amount: '0.00' },
        { coupon_code: ten, discount_amount: '9.50' },
      ],
      version: 5,
    });
    expect((await show(shopper)).body).toEqual(body);

    const removed = await remove(shopper, five.toLowerCase());
    expect(removed.status).toBe(200);
    expect(removed.body).toMatchObject({ discount_amount: '10.00', total_amount: '90.00', version: 6 });
    expectProblem(await remove(shopper, five), 404, 'not_found');
    expect((await show(shopper)).body).toEqual(removed.body);
  });

  it('applied twice, or ten times at once, is applied once', async () => {
    const { shopper } = await newShopperWith100();
    const code = await newCouponCode();
    const answers = await Promise.all(Array.from({ length: 10 }, () => applyCoupon(shopper, code)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const { body } = await show(shopper);
    expect(body).toMatchObject({ discount_amount: '10.00', version: 3 });
    for (const answer of answers) expect(answer.body).toEqual(body);
    const before = await storedOf(shopper);
    expect((await applyCoupon(shopper, code.toLowerCase())).body).toEqual(body);
    expect(await storedOf(shopper)).toEqual(before);
  });

  it('goes with everything else when the cart is emptied', async () => {
    const { shopper } = await newShopperWith100();
    await applyCoupon(shopper, await newCouponCode());
    expect((await api('DELETE', '/v1/cart', { token: shopper.token })).status).toBe(204);
    expect((await show(shopper)).body).toMatchObject({ items: [], applied_coupons: [], discount_amount: '0.00' });
  });

  it('can be applied by a guest, and before anything is in the cart, unless it asks for a minimum', async () => {
    const guest = await newGuest();
    const [code, minimum] = await Promise.all([newCouponCode(), newCouponCode({ min_subtotal: '0.01' })]);
    expectProblem(await applyCoupon(guest, minimum), 409, 'coupon_minimum_not_met');
    expect(await storedCarts(guest)).toBe(0);
    const { status, body } = await applyCoupon(guest, code);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      items: [],
      applied_coupons: [{ coupon_code: code, discount_amount: '0.00' }],
      total_amount: '0.00',
      version: 1,
    });
    const mug = await newProduct({ price: '3.25' });
    expect((await add(guest, mug.id, 1)).body).toMatchObject({ discount_amount: '0.33', total_amount: '2.92' });
  });

  it('that was used for an order leaves the cart with what was ordered; one applied meanwhile stays', async () => {
    const mug = await newProduct({ price: '5.00' });
    const buyer = await newBuyer(mug.id, 2);
    const [used, later] = await Promise.all([newCouponCode({ per_user_limit: 1 }), newCouponCode()]);
    await applyCoupon(buyer, used);
    const point = await atCheckpoint('checkout.reserved', async () => {
      await applyCoupon(buyer, later);
    });
    const order = await placeOrder(buyer, { headers: point.headers });
    point.close();
    expect(order.body).toMatchObject({ subtotal: '10.00', discount_amount: '1.00' });
    await eventually(async () => {
      const { body } = await show(buyer);
      expect(body).toMatchObject({ items: [], applied_coupons: [{ coupon_code: later }], version: 4 });
    });
    expectProblem(await applyCoupon(buyer, used), 409, 'coupon_exhausted');
  });

  it('is reckoned as it is now, however it was when it was applied', async () => {
    const { shopper, lamp } = await newShopperWith100();
    const code = await newCouponCode({ min_subtotal: '50.00' });
    const { body: before } = await applyCoupon(shopper, code);
    await patchCoupon(code, { value: '20.00' });
    const richer = (await show(shopper)).body;
    expect(richer).toMatchObject({ discount_amount: '20.00', total_amount: '80.00', version: before.version });
    await patchCoupon(code, { ends_at: ago(1_000) });
    const without = (await show(shopper)).body;
    expect(without).toMatchObject({
      applied_coupons: [{ coupon_code: code, discount_amount: '0.00' }],
      total_amount: '100.00',
      version: before.version,
    });
    await patchCoupon(code, { ends_at: null, value: '10.00' });
    expect((await show(shopper)).body).toEqual(before);

    const { token } = shopper;
    const { body: less } = await api('DELETE', `/v1/cart/items/${lamp.id}`, { token });
    expect(less).toMatchObject({ subtotal: '40.00', discount_amount: '0.00', total_amount: '40.00' });
    expect(less.applied_coupons).toEqual([{ coupon_code: code, discount_amount: '0.00' }]);
    expect((await add(shopper, lamp.id, 1)).body).toMatchObject({ discount_amount: '10.00', total_amount: '90.00' });
  });
});

describe('a coupon that cannot be used', () => {
  it('is refused with the reason, and nothing is stored', async () => {
    const { shopper } = await newShopperWith100();
    const { id } = shopper.user;
    const [over, early, off, dear, gone, last, mine] = await Promise.all([
      newCouponCode({ ends_at: ago(1_000) }),
      newCouponCode({ starts_at: ago(-60_000) }),
      newCouponCode({ is_active: false }),
      newCouponCode({ min_subtotal: '100.01' }),
      newCouponCode(),
      newCouponCode({ usage_limit: 2 }),
      newCouponCode({ per_user_limit: 1 }),
    ]);
    const deleted = await deleteCoupon(gone);
    expect(deleted.status).toBe(204);
    await use(last, randomUUID(), 2);
    await use(mine, id, 1);
    const before = await storedOf(shopper);
    expectProblem(await applyCoupon(shopper, `NO-${randomUUID()}`), 409, 'coupon_invalid');
    expectProblem(await applyCoupon(shopper, 'no such coupon, ever'), 409, 'coupon_invalid');
    expectProblem(await applyCoupon(shopper, early), 409, 'coupon_invalid');
    expectProblem(await applyCoupon(shopper, off), 409, 'coupon_invalid');
    expectProblem(await applyCoupon(shopper, gone), 409, 'coupon_invalid');
    expectProblem(await applyCoupon(shopper, over), 409, 'coupon_expired');
    expectProblem(await applyCoupon(shopper, dear), 409, 'coupon_minimum_not_met');
    expectProblem(await applyCoupon(shopper, last), 409, 'coupon_exhausted');
    expectProblem(await applyCoupon(shopper, mine), 409, 'coupon_exhausted');
    expect(await storedOf(shopper)).toEqual(before);

    const other = await newShopper();
    expect((await applyCoupon(other, mine)).status).toBe(200);
    expectProblem(await applyCoupon(other, last), 409, 'coupon_exhausted');
  });

  it('is also a sixth', async () => {
    const { shopper } = await newShopperWith100();
    const codes = await Promise.all(Array.from({ length: 6 }, () => newCouponCode()));
    for (const code of codes.slice(0, 5)) expect((await applyCoupon(shopper, code)).status).toBe(200);
    const before = await storedOf(shopper);
    const sixth = codes[5] ?? '';
    expectProblem(await applyCoupon(shopper, sixth), 409, 'coupon_limit_reached');
    expect((await applyCoupon(shopper, codes[4])).status).toBe(200);
    expect(await storedOf(shopper)).toEqual(before);
    await remove(shopper, codes[0] ?? '');
    expect((await applyCoupon(shopper, sixth)).body.applied_coupons).toHaveLength(5);
  });

  it('is anything that is no text', async () => {
    const shopper = await newShopper();
    const wrong = [{ $gt: '' }, { $ne: null }, ['A'], 7, true, null, '', '   ', 'A\u0000B', 'x'.repeat(65), undefined];
    for (const coupon_code of wrong) {
      const answer = await applyCoupon(shopper, coupon_code);
      expectProblem(answer, 422, 'validation_failed');
      expect(answer.body.errors).toMatchObject([{ pointer: '/coupon_code' }]);
    }
    const body = { coupon_code: 'TEN', discount_amount: '99.00' };
    const extra = await api('POST', '/v1/cart/coupons', { token: shopper.token, body });
    expectProblem(extra, 422, 'validation_failed');
    expect(extra.body.errors).toMatchObject([{ pointer: '/discount_amount', code: 'unknown_field' }]);
    for (const path of ['$where', '%00', '%7B%22$gt%22:%22%22%7D', '..%2Fitems', 'TEN.0', '%E0%A4%A']) {
      expectProblem(await remove(shopper, path), 404, 'not_found');
    }
    expectProblem(await api('POST', '/v1/cart/coupons', { body: { coupon_code: 'TEN' } }), 401, 'unauthorized');
    expect(await storedCarts(shopper)).toBe(0);
  });
});

describe('the tax of a cart', () => {
  it('is estimated for the default shipping address, after the discount, line by line', async () => {
    const { shopper, bowl } = await newShopperWith100();
    const address_id = await newAddress(shopper.token, { state: 'CA', is_default: true });
    const shown = (await show(shopper)).body;
    // 7.25 % of 40.00 and of 60.00.
    expect(shown).toMatchObject({ subtotal: '100.00', tax_amount: '7.25', total_amount: '107.25', version: 3 });
    expect((await show(shopper)).body).toEqual(shown);
    const { body } = await applyCoupon(shopper, await newCouponCode({ type: 'fixed_amount', value: '0.01' }));
    // The cent goes to the second line: 2.90 and 4.349… = 4.35.
    expect(body).toMatchObject({ discount_amount: '0.01', tax_amount: '7.25', total_amount: '107.24' });

    const { token } = shopper;
    await api('PATCH', `/v1/me/addresses/${address_id}`, { token, body: { state: 'NY' } });
    const changed = await api('PATCH', `/v1/cart/items/${bowl.id}`, { token, body: { quantity: 1 } });
    expect(changed.body).toMatchObject({ subtotal: '80.00', tax_amount: '3.20', total_amount: '83.19' });
    expect(changed.headers.get('server-timing')).toBe('db;desc="1"');
    await api('DELETE', `/v1/me/addresses/${address_id}`, { token });
    expect((await show(shopper)).body).toMatchObject({ tax_amount: '0.00', total_amount: '79.99' });
  });

  it('is not estimated for guests', async () => {
    const guest = await newGuest();
    const mug = await newProduct({ price: '10.00' });
    expect((await add(guest, mug.id, 1)).body).toMatchObject({ tax_amount: '0.00', total_amount: '10.00' });
  });
});
