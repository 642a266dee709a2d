import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { decodeJwt, decodeProtectedHeader, importJWK, SignJWT } from 'jose';
import { afterAll, describe, expect, inject, it } from 'vitest';

import { KeyFile } from '#tools/keys/rotation.ts';

import { add, applyCoupon, type Guest, mergeCart, newCouponCode, newGuest, openCarts, show } from './support/carts.ts';
import { api, eventually, expectProblem, newShopper, type Shopper } from './support/client.ts';
import { patchCoupon } from './support/coupons.ts';
import { sqlOf } from './support/databases.ts';
import { newAddress, newProduct, sweep } from './support/shop.ts';

const productsSql = sqlOf('products');
const { carts, close, storedCarts, storedOf } = openCarts();
afterAll(close);

const nothing = { added: [], clamped: [], repriced: [], dropped: [] };
const dayMilliseconds = 24 * 60 * 60 * 1_000;

/** A shopper with 2 mugs and a cup, and a guest with 3 mugs and a bowl. */
async function newPair() {
  const [mug, cup, bowl] = await Promise.all([
    newProduct({ price: '5.00', quantity: 50 }),
    newProduct({ price: '1.00', quantity: 50 }),
    newProduct({ price: '3.00', quantity: 50 }),
  ]);
  const [shopper, guest] = await Promise.all([newShopper(), newGuest()]);
  await add(shopper, mug.id, 2);
  await add(shopper, cup.id, 1);
  await add(guest, bowl.id, 1);
  await add(guest, mug.id, 3);
  return { shopper, guest, mug, cup, bowl };
}

function logIn({ email, password }: Shopper, cart_token: unknown) {
  return api('POST', '/v1/auth/login', { body: { email, password, cart_token } });
}

/** As a crash leaves it after the first step of a merge. */
function holdFor(shopper: Shopper, guest: Guest, begunMilliseconds: number) {
  const updated_at = new Date(Date.now() - begunMilliseconds);
  return carts.updateOne({ user_id: guest.user.id }, { $set: { merged_into: shopper.user.id, updated_at } });
}

describe('a merge', () => {
  it('adds the carts up; the guest’s is gone, and doing it again changes nothing', async () => {
    const { shopper, guest, mug, cup, bowl } = await newPair();
    const { status, body, headers } = await mergeCart(shopper, guest.token);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('server-timing')).toBe('db;desc="2"');
    expect(body).toMatchObject({
      user_id: shopper.user.id,
      items: [
        { product_id: mug.id, quantity: 5, total_price: '25.00' },
        { product_id: cup.id, quantity: 1, total_price: '1.00' },
        { product_id: bowl.id, quantity: 1, total_price: '3.00' },
      ],
      subtotal: '29.00',
      total_amount: '29.00',
      version: 3,
      warnings: [],
    });
    expect(body.merge).toEqual({
      ...nothing,
      added: [
        { product_id: bowl.id, quantity: 1 },
        { product_id: mug.id, quantity: 3 },
      ],
    });
    expect(Date.parse(body.expires_at) - Date.parse(body.updated_at)).toBe(30 * dayMilliseconds);
    expect(await storedCarts(guest)).toBe(0);
    expect((await show(guest)).body).toMatchObject({ id: null, items: [], version: 0 });

    const { merge: _merge, ...cart } = body;
    const stored = await storedOf(shopper);
    expect((await mergeCart(shopper, guest.token)).body).toEqual({ ...cart, merge: nothing });
    expect((await show(shopper)).body).toEqual(cart);
    expect(await storedOf(shopper, guest)).toEqual(stored);
  });

  it('makes a cart for a shopper who has none, with tax and without the guest’s shorter life', async () => {
    const { guest, mug, bowl } = await newPair();
    const newcomer = await newShopper();
    await newAddress(newcomer.token, { state: 'CA', is_default: true });
    const { body } = await mergeCart(newcomer, guest.token);
    expect(body).toMatchObject({
      items: [{ product_id: bowl.id }, { product_id: mug.id }],
      subtotal: '18.00',
      // 7.25 % of 3.00 and of 15.00.
      tax_amount: '1.31',
      total_amount: '19.31',
      version: 1,
    });
    expect(Date.parse(body.expires_at) - Date.parse(body.updated_at)).toBe(30 * dayMilliseconds);
  });

  it('of nothing changes nothing, and makes no cart', async () => {
    const [shopper, guest] = await Promise.all([newShopper(), newGuest()]);
    const { status, body } = await mergeCart(shopper, guest.token);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: null, items: [], version: 0, merge: nothing });
    expect(await storedOf(shopper, guest)).toEqual([]);
    const mug = await newProduct();
    await add(guest, mug.id, 1);
    await api('DELETE', '/v1/cart', guest);
    expect((await mergeCart(shopper, guest.token)).body).toMatchObject({ id: null, version: 0, merge: nothing });
    expect(await storedOf(shopper, guest)).toEqual([]);
  });

  it('clamps to the stock, takes today’s prices, leaves what is not sold, and says so', async () => {
    const { shopper, guest, mug, cup, bowl } = await newPair();
    const vase = await newProduct({ price: '9.00', quantity: 5 });
    await add(guest, vase.id, 2);
    await productsSql`UPDATE product_inventory SET quantity = 4 WHERE product_id = ${mug.id}`;
    await productsSql`UPDATE product_inventory SET quantity = 0 WHERE product_id = ${vase.id}`;
    await productsSql`UPDATE products SET price = '1.50' WHERE id = ${cup.id}`;
    await productsSql`UPDATE products SET price = '6.00' WHERE id = ${mug.id}`;
    await productsSql`UPDATE products SET is_active = false WHERE id = ${bowl.id}`;
    const { body } = await mergeCart(shopper, guest.token);
    expect(body).toMatchObject({
      items: [
        { product_id: mug.id, quantity: 4, unit_price: '6.00', total_price: '24.00' },
        { product_id: cup.id, quantity: 1, unit_price: '1.50', total_price: '1.50' },
      ],
      total_amount: '25.50',
      version: 3,
      warnings: [],
    });
    expect(body.merge).toEqual({
      added: [],
      clamped: [{ product_id: mug.id, requested: 5, quantity: 4 }],
      repriced: [
        { product_id: mug.id, old_price: '5.00', new_price: '6.00' },
        { product_id: cup.id, old_price: '1.00', new_price: '1.50' },
      ],
      dropped: [
        { product_id: bowl.id, reason: 'unavailable' },
        { product_id: vase.id, reason: 'out_of_stock' },
      ],
    });
    expect(await storedCarts(guest)).toBe(0);
  });

  it('keeps the guest’s coupons that still hold', async () => {
    const { shopper, guest } = await newPair();
    const [mine, both, ours, over] = await Promise.all([
      newCouponCode({ type: 'fixed_amount', value: '1.00' }),
      newCouponCode(),
      newCouponCode({ min_subtotal: '10.00' }),
      newCouponCode(),
    ]);
    for (const code of [mine, both]) await applyCoupon(shopper, code);
    for (const code of [over, both, ours]) await applyCoupon(guest, code);
    await patchCoupon(over, { ends_at: new Date(Date.now() - 1_000).toISOString() });
    const { body } = await mergeCart(shopper, guest.token);
    expect(body).toMatchObject({
      subtotal: '29.00',
      applied_coupons: [
        { coupon_code: mine, discount_amount: '1.00' },
        { coupon_code: both, discount_amount: '2.80' },
        { coupon_code: ours, discount_amount: '2.52' },
      ],
      total_amount: '22.68',
      version: 5,
    });
    expect(body.merge.dropped).toEqual([{ coupon_code: over, reason: 'coupon_expired' }]);
  });

  it('takes what the guest puts into a new cart afterwards by another one', async () => {
    const { shopper, guest, mug } = await newPair();
    await mergeCart(shopper, guest.token);
    await add(guest, mug.id, 1);
    const { body } = await mergeCart(shopper, guest.token);
    expect(body.merge).toEqual({ ...nothing, added: [{ product_id: mug.id, quantity: 1 }] });
    expect(body.items[0]).toMatchObject({ product_id: mug.id, quantity: 6 });
    expect(await storedCarts(guest)).toBe(0);
  });

  it('is refused with a token that is no guest’s, and nothing is stored', async () => {
    const { shopper, guest } = await newPair();
    const other = await newShopper();
    const keys = KeyFile.parse(JSON.parse(readFileSync(join(inject('stack').directory, 'keys.json'), 'utf8')));
    const claims = { ...decodeJwt(guest.token), exp: Math.floor(Date.now() / 1_000) - 1 };
    const expired = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', ...decodeProtectedHeader(guest.token) })
      .sign(await importJWK(keys.current, 'ES256'));
    const before = await storedOf(shopper, guest);
    const dead = [expired, `${guest.token}x`, guest.token.slice(0, -3), shopper.token, other.token, 'token', ''];
    const wrong = [...dead, 'x'.repeat(4_097), { $gt: '' }, [guest.token], null, 7, undefined];
    for (const cart_token of wrong) {
      const answer = await mergeCart(shopper, cart_token);
      expectProblem(answer, 422, 'validation_failed');
      expect(answer.body.errors).toMatchObject([{ pointer: '/cart_token' }]);
    }
    expectProblem(await mergeCart(guest, guest.token), 403, 'forbidden');
    expectProblem(await api('POST', '/v1/cart/merge', { body: { cart_token: guest.token } }), 401, 'unauthorized');
    expect(await storedOf(shopper, guest)).toEqual(before);
  });
});

describe('a login', () => {
  it('with the guest’s token merges the carts, every time at most once', async () => {
    const { shopper, guest, mug } = await newPair();
    const { status } = await logIn(shopper, guest.token);
    expect(status).toBe(200);
    expect(await storedCarts(guest)).toBe(0);
    const { body } = await show(shopper);
    expect(body).toMatchObject({ total_amount: '29.00', version: 3 });
    expect((await logIn(shopper, guest.token)).status).toBe(200);
    expect((await show(shopper)).body).toEqual(body);
    await add(guest, mug.id, 1);
    expect((await logIn(shopper, guest.token)).status).toBe(200);
    expect((await show(shopper)).body).toMatchObject({ total_amount: '34.00', version: 4 });
  });

  it('with a dead token is a login without one', async () => {
    const { shopper, guest } = await newPair();
    const before = await storedOf(shopper, guest);
    for (const token of ['', 'token', shopper.token, `${guest.token}x`, 'x'.repeat(4_096)]) {
      const { status, body } = await logIn(shopper, token);
      expect(status).toBe(200);
      expect(body.user.id).toBe(shopper.user.id);
    }
    expect(await storedOf(shopper, guest)).toEqual(before);
  });

  it('that fails merges nothing', async () => {
    const { shopper, guest } = await newPair();
    const before = await storedOf(shopper, guest);
    const wrong = await logIn({ ...shopper, password: 'not the password' }, guest.token);
    expectProblem(wrong, 401, 'invalid_credentials');
    for (const token of ['x'.repeat(4_097), { $gt: '' }, 7, null]) {
      const answer = await logIn(shopper, token);
      expectProblem(answer, 422, 'validation_failed');
      expect(answer.body.errors).toMatchObject([{ pointer: '/cart_token' }]);
    }
    expect(await storedOf(shopper, guest)).toEqual(before);
  });
});

describe('a merge that was interrupted', () => {
  it('before the user had it: is nobody else’s, and is finished by the same user', async () => {
    const { shopper, guest, mug } = await newPair();
    const other = await newShopper();
    await holdFor(shopper, guest, 0);
    const before = await storedOf(shopper, guest, other);
    expect((await show(guest)).body).toMatchObject({ id: null, items: [] });
    expectProblem(await add(guest, mug.id, 1), 409, 'cart_conflict');
    expect((await mergeCart(other, guest.token)).body).toMatchObject({ items: [], merge: nothing });
    expect(await storedOf(shopper, guest, other)).toEqual(before);

    const { body } = await mergeCart(shopper, guest.token);
    expect(body).toMatchObject({ total_amount: '29.00', version: 3 });
    expect(body.merge.added).toHaveLength(2);
    expect(await storedCarts(guest)).toBe(0);
    expect((await add(guest, mug.id, 1)).body).toMatchObject({ total_amount: '5.00', version: 1 });
  });

  it('before the user had it: is finished by the sweep after a minute', async () => {
    const { shopper, guest } = await newPair();
    await holdFor(shopper, guest, 0);
    await sweep();
    expect((await show(shopper)).body).toMatchObject({ version: 2 });
    await holdFor(shopper, guest, 60_000);
    await sweep();
    expect((await show(shopper)).body).toMatchObject({ total_amount: '29.00', version: 3 });
    expect(await storedCarts(guest)).toBe(0);
  });

  it('before the guest’s cart was gone: takes nothing twice', async () => {
    const { shopper, guest } = await newPair();
    const [left] = await carts.find({ user_id: guest.user.id }).toArray();
    await mergeCart(shopper, guest.token);
    const merged = (await show(shopper)).body;
    const again = { ...left, merged_into: shopper.user.id, updated_at: new Date(Date.now() - 60_000) };
    await carts.insertOne(again);
    await sweep();
    expect(await storedCarts(guest)).toBe(0);
    await carts.insertOne(again);
    expect((await mergeCart(shopper, guest.token)).body).toEqual({ ...merged, merge: nothing });
    expect(await storedCarts(guest)).toBe(0);
    expect((await show(shopper)).body).toEqual(merged);
  });

  it('goes with the user’s account', async () => {
    const { shopper, guest } = await newPair();
    await holdFor(shopper, guest, 60_000);
    const { status } = await api('DELETE', '/v1/me', { token: shopper.token });
    expect(status).toBe(204);
    await eventually(async () => expect(await storedOf(shopper, guest)).toEqual([]));
  });
});
