import { afterAll, describe, expect, it } from 'vitest';

import { add, applyCoupon, mergeCart, newCouponCode, newGuest, openCarts, show } from './support/carts.ts';
import { type Answer, api, eventually, expectProblem, newShopper } from './support/client.ts';
import { newBuyer, newProduct, placeOrder } from './support/shop.ts';

const { carts, close, storedCarts } = openCarts();
afterAll(close);

const times = <Value>(count: number, make: (i: number) => Value): Value[] =>
  Array.from({ length: count }, (_, i) => make(i));
const statuses = (answers: Answer[]) => answers.map(({ status }) => status);
const quantityOf = ({ body }: Answer, product_id: string): number =>
  body.items.find((item: { product_id: string }) => item.product_id === product_id)?.quantity ?? 0;
const isReport = ({ body }: Answer) => Object.values(body.merge).some((list) => Array.isArray(list) && list.length > 0);

describe('50 changes at once', () => {
  it('of one product add up exactly', async () => {
    const [shopper, mug] = await Promise.all([newShopper(), newProduct({ price: '2.01', quantity: 500 })]);
    const answers = await Promise.all(times(50, () => add(shopper, mug.id, 1)));
    expect(statuses(answers)).toEqual(times(50, () => 200));
    expect(answers.map(({ body }) => body.version).toSorted((a, b) => a - b)).toEqual(times(50, (i) => i + 1));
    const { body } = await show(shopper);
    expect(body).toMatchObject({ items: [{ quantity: 50 }], total_amount: '100.50', version: 50 });
    expect(await storedCarts(shopper)).toBe(1);
  });

  it('of all kinds lose nothing', async () => {
    const [shopper, code] = await Promise.all([newShopper(), newCouponCode()]);
    const products = await Promise.all(times(5, () => newProduct({ price: '1.00', quantity: 500 })));
    const answers = await Promise.all([
      ...times(45, (i) => add(shopper, products[i % 5]?.id, (i % 3) + 1)),
      ...times(5, () => applyCoupon(shopper, code)),
    ]);
    expect(statuses(answers)).toEqual(times(50, () => 200));
    const shown = await show(shopper);
    expect(products.map(({ id }) => quantityOf(shown, id))).toEqual(times(5, () => 18));
    expect(shown.body).toMatchObject({ subtotal: '90.00', discount_amount: '9.00', version: 46 });
  });
});

describe('adding while an order is placed', () => {
  it.each(times(4, (i) => i))('loses nothing and doubles nothing, round %i', async (round) => {
    const mug = await newProduct({ price: '5.00', quantity: 500 });
    const buyer = await newBuyer(mug.id, 2);
    const adds = times(6, () => add(buyer, mug.id, 3));
    const [order, ...added] = await Promise.all([placeOrder(buyer), ...adds, ...times(round, () => show(buyer))]);
    if (!order) throw new Error('No answer.');
    expect(order.status).toBe(201);
    expect(statuses(added)).toEqual(added.map(() => 200));
    const ordered = quantityOf(order, mug.id);
    expect(ordered).toBeGreaterThanOrEqual(2);
    await eventually(async () => {
      const shown = await show(buyer);
      expect(quantityOf(shown, mug.id)).toBe(20 - ordered);
      // One for each addition, and one for the order.
      expect(shown.body.version).toBe(8);
    });
  });
});

describe('merging one guest’s cart', () => {
  it('20 times at once into one cart has one effect', async () => {
    const [shopper, guest, mug] = await Promise.all([newShopper(), newGuest(), newProduct({ quantity: 500 })]);
    await add(shopper, mug.id, 1);
    await add(guest, mug.id, 7);
    const answers = await Promise.all(times(20, () => mergeCart(shopper, guest.token)));
    expect(statuses(answers)).toEqual(times(20, () => 200));
    expect(answers.filter(isReport).map(({ body }) => body.merge.added)).toEqual([
      [{ product_id: mug.id, quantity: 7 }],
    ]);
    for (const answer of answers) expect(quantityOf(answer, mug.id)).toBe(8);
    expect((await show(shopper)).body).toMatchObject({ items: [{ quantity: 8 }], version: 2 });
    expect(await storedCarts(guest)).toBe(0);
  });

  it('into the carts of two people at once: one of them gets it', async () => {
    const [ann, bob, guest, mug] = await Promise.all([newShopper(), newShopper(), newGuest(), newProduct()]);
    await add(guest, mug.id, 7);
    const answers = await Promise.all(times(10, (i) => mergeCart(i % 2 === 0 ? ann : bob, guest.token)));
    expect(statuses(answers)).toEqual(times(10, () => 200));
    expect(answers.filter(isReport)).toHaveLength(1);
    const shown = await Promise.all([show(ann), show(bob)]);
    expect(shown.map((each) => quantityOf(each, mug.id)).toSorted((a, b) => a - b)).toEqual([0, 7]);
    expect(await storedCarts(guest)).toBe(0);
  });

  it('of many guests at once into one cart takes them all', async () => {
    const [shopper, mug] = await Promise.all([newShopper(), newProduct({ quantity: 500 })]);
    const guests = await Promise.all(times(8, () => newGuest()));
    await Promise.all(guests.map((guest, i) => add(guest, mug.id, i + 1)));
    const answers = await Promise.all(guests.map((guest) => mergeCart(shopper, guest.token)));
    expect(statuses(answers)).toEqual(times(8, () => 200));
    expect(await show(shopper).then((shown) => quantityOf(shown, mug.id))).toBe(36);
    expect(await carts.countDocuments({ user_id: { $in: guests.map(({ user }) => user.id) } })).toBe(0);
  });

  it('while both go on adding loses nothing and doubles nothing', async () => {
    const [shopper, guest, mug] = await Promise.all([newShopper(), newGuest(), newProduct({ quantity: 500 })]);
    await add(guest, mug.id, 1);
    const [adds, merges] = await Promise.all([
      Promise.all(times(30, (i) => add(i % 3 === 0 ? shopper : guest, mug.id, 1))),
      Promise.all(times(6, () => mergeCart(shopper, guest.token))),
    ]);
    for (const answer of [...adds, ...merges]) if (answer.status !== 200) expectProblem(answer, 409, 'cart_conflict');
    const { status } = await mergeCart(shopper, guest.token);
    expect(status).toBe(200);
    const added = adds.filter((answer) => answer.status === 200).length;
    expect(quantityOf(await show(shopper), mug.id)).toBe(1 + added);
    expect(await storedCarts(guest)).toBe(0);
  });

  it('while its guest adds a product that nobody has asked about takes that too', async () => {
    const [shopper, guest] = await Promise.all([newShopper(), newGuest()]);
    const products = await Promise.all(times(12, () => newProduct({ price: '1.00' })));
    await add(guest, products[0]?.id, 1);
    const adds = products.slice(1).map(({ id }) => add(guest, id, 1));
    const merges = times(3, () => mergeCart(shopper, guest.token));
    const added = (await Promise.all(adds)).filter(({ status }) => status === 200).length;
    for (const { body } of await Promise.all(merges)) expect(body.merge?.dropped ?? []).toEqual([]);
    const last = await mergeCart(shopper, guest.token);
    expect(last.body.merge.dropped).toEqual([]);
    expect(last.body.items).toHaveLength(1 + added);
  });

  it('beside logins with its token has one effect', async () => {
    const [shopper, guest, mug] = await Promise.all([newShopper(), newGuest(), newProduct({ quantity: 500 })]);
    await add(guest, mug.id, 7);
    const { email, password } = shopper;
    const body = { email, password, cart_token: guest.token };
    const answers = await Promise.all([
      ...times(5, () => mergeCart(shopper, guest.token)),
      ...times(3, () => api('POST', '/v1/auth/login', { body })),
    ]);
    expect(statuses(answers)).toEqual(times(8, () => 200));
    expect((await show(shopper)).body).toMatchObject({ items: [{ quantity: 7 }], version: 1 });
    expect(await storedCarts(guest)).toBe(0);
  });
});
