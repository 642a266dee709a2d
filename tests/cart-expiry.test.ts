import { afterAll, describe, expect, it } from 'vitest';

import { add, applyCoupon, mergeCart, newCouponCode, newGuest, openCarts, show } from './support/carts.ts';
import { api, expectProblem, newShopper } from './support/client.ts';
import { newProduct, sweep } from './support/shop.ts';

const { carts, close, storedCarts, storedOf } = openCarts();
afterAll(close);

const dayMilliseconds = 24 * 60 * 60 * 1_000;

const people = [
  ['a shopper', newShopper, 30],
  ['a guest', newGuest, 7],
] as const;

/** As if the cart had last been changed this long ago. */
async function age({ user }: { user: { id: string } }, days: number): Promise<void> {
  const [cart] = await carts.find({ user_id: user.id }).toArray();
  const earlier = (name: string) => new Date(Number(cart?.[name]) - days * dayMilliseconds);
  const fields = { updated_at: earlier('updated_at'), expires_at: earlier('expires_at') };
  await carts.updateOne({ user_id: user.id }, { $set: fields });
}

describe.each(people)('the cart of %s', (_who, newPerson, days) => {
  it('lives on with every change, and not by being looked at', async () => {
    const [person, mug, code] = await Promise.all([newPerson(), newProduct({ quantity: 50 }), newCouponCode()]);
    const { token } = person;
    await add(person, mug.id, 1);
    const changes = [
      () => add(person, mug.id, 1),
      () => api('PATCH', `/v1/cart/items/${mug.id}`, { token, body: { quantity: 5 } }),
      () => applyCoupon(person, code),
      () => api('DELETE', `/v1/cart/coupons/${code}`, { token }),
      () => api('DELETE', `/v1/cart/items/${mug.id}`, { token }),
    ];
    for (const change of changes) {
      await age(person, 3);
      const { expires_at } = (await show(person)).body;
      expect((await show(person)).body.expires_at).toBe(expires_at);
      const { status, body } = await change();
      expect(status).toBe(200);
      expect(Date.parse(body.expires_at) - Date.parse(body.updated_at)).toBe(days * dayMilliseconds);
      expect(Date.parse(body.expires_at)).toBeGreaterThan(Date.parse(expires_at) + 2 * dayMilliseconds);
    }
  });

  it('is over when it has expired: nothing of it is shown or changed, and a new one takes its place', async () => {
    const [person, mug, code] = await Promise.all([newPerson(), newProduct({ quantity: 50 }), newCouponCode()]);
    const { token } = person;
    const { body: old } = await add(person, mug.id, 7);
    await applyCoupon(person, code);
    await age(person, days);
    expect((await show(person)).body).toMatchObject({ id: null, items: [], applied_coupons: [], version: 0 });
    const item = `/v1/cart/items/${mug.id}`;
    expectProblem(await api('PATCH', item, { token, body: { quantity: 1 } }), 404, 'not_found');
    expectProblem(await api('DELETE', item, { token }), 404, 'not_found');
    expectProblem(await api('DELETE', `/v1/cart/coupons/${code}`, { token }), 404, 'not_found');
    expect((await api('DELETE', '/v1/cart', { token })).status).toBe(204);

    const answers = await Promise.all([add(person, mug.id, 1), add(person, mug.id, 2)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const { body } = await show(person);
    expect(body).toMatchObject({ items: [{ quantity: 3 }], applied_coupons: [], version: 2 });
    expect(body.id).not.toBe(old.id);
    expect(await storedCarts(person)).toBe(1);
  });

  it('is deleted by the sweep when it has expired, and not before', async () => {
    const [early, late, mug] = await Promise.all([newPerson(), newPerson(), newProduct()]);
    for (const person of [early, late]) await add(person, mug.id, 1);
    await age(late, days);
    await age(early, days - 1);
    await sweep();
    expect(await storedCarts(late)).toBe(0);
    expect((await show(early)).body).toMatchObject({ items: [{ quantity: 1 }], version: 1 });
  });
});

describe('an expired cart of a guest', () => {
  it('cannot be taken over any more', async () => {
    const [shopper, guest, mug] = await Promise.all([newShopper(), newGuest(), newProduct()]);
    await add(guest, mug.id, 1);
    await age(guest, 7);
    expect((await mergeCart(shopper, guest.token)).body).toMatchObject({ id: null, items: [], version: 0 });
    expect(await storedOf(shopper)).toEqual([]);
  });
});
