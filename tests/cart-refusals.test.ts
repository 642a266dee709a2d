import { afterAll, describe, expect, it } from 'vitest';

import { add, openCarts, show } from './support/carts.ts';
import { api, expectProblem, newShopper } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { newProduct } from './support/shop.ts';

const unknownId = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';

const productsSql = sqlOf('products');
const { close, storedCarts } = openCarts();
afterAll(close);

describe('a refusal', () => {
  it('comes with nothing stored', async () => {
    const shopper = await newShopper();
    const mug = await newProduct({ price: '5.00', quantity: 5 });
    for (const quantity of [0, -1, 1_000, 1.5, '2', null, true, [1], { $gt: 0 }, undefined]) {
      const answer = await add(shopper, mug.id, quantity);
      expectProblem(answer, 422, 'validation_failed');
      expect(answer.body.errors).toMatchObject([{ pointer: '/quantity' }]);
    }
    for (const product_id of [{ $gt: '' }, { $ne: null }, [mug.id], 'mug', '', 7, null, undefined]) {
      const answer = await add(shopper, product_id, 1);
      expectProblem(answer, 422, 'validation_failed');
      expect(answer.body.errors).toMatchObject([{ pointer: '/product_id' }]);
    }
    const body = { product_id: mug.id, quantity: 1, unit_price: '0.01' };
    const extra = await api('POST', '/v1/cart/items', { token: shopper.token, body });
    expectProblem(extra, 422, 'validation_failed');
    expect(extra.body.errors).toMatchObject([{ pointer: '/unit_price', code: 'unknown_field' }]);
    expectProblem(await add(shopper, unknownId, 1), 404, 'product_not_found');
    expectProblem(await add(shopper, mug.id, 6), 409, 'insufficient_stock');
    expect(await storedCarts(shopper)).toBe(0);
  });

  it('is given for what is not sold, and comes with nothing stored', async () => {
    const shopper = await newShopper();
    const [inactive, deleted] = await Promise.all([newProduct(), newProduct()]);
    await productsSql`UPDATE products SET is_active = false WHERE id = ${inactive.id}`;
    await productsSql`UPDATE products SET is_deleted = true, deleted_at = now() WHERE id = ${deleted.id}`;
    for (const id of [unknownId, inactive.id, deleted.id]) {
      expectProblem(await add(shopper, id, 1), 404, 'product_not_found');
    }
    expect(await storedCarts(shopper)).toBe(0);
    const mug = await newProduct();
    const { body: before } = await add(shopper, mug.id, 1);
    await productsSql`UPDATE products SET is_active = false WHERE id = ${mug.id}`;
    const body = { quantity: 2 };
    const answer = await api('PATCH', `/v1/cart/items/${mug.id}`, { token: shopper.token, body });
    expectProblem(answer, 409, 'product_unavailable');
    expect(answer.body.items).toEqual([{ product_id: mug.id }]);
    expect((await show(shopper)).body).toMatchObject({ items: before.items, version: 1 });
  });

  it('of too much says what there is, counting what the cart has already', async () => {
    const shopper = await newShopper();
    const { token } = shopper;
    const mug = await newProduct({ price: '5.00', quantity: 5 });
    const { body: before } = await add(shopper, mug.id, 3);
    const added = await add(shopper, mug.id, 3);
    expectProblem(added, 409, 'insufficient_stock');
    expect(added.body.items).toEqual([{ product_id: mug.id, requested: 6, available: 5 }]);
    const patched = await api('PATCH', `/v1/cart/items/${mug.id}`, { token, body: { quantity: 9 } });
    expectProblem(patched, 409, 'insufficient_stock');
    expect(patched.body.items).toEqual([{ product_id: mug.id, requested: 9, available: 5 }]);
    expect((await show(shopper)).body).toEqual(before);
  });

  it('is not given for what can be backordered, up to 999', async () => {
    const shopper = await newShopper();
    const mug = await newProduct({ price: '5.00', quantity: 0, backorder: true });
    const { body: before } = await add(shopper, mug.id, 998);
    const answer = await add(shopper, mug.id, 2);
    expectProblem(answer, 422, 'validation_failed');
    expect(answer.body.errors).toMatchObject([{ pointer: '/quantity', code: 'too_big' }]);
    expect((await show(shopper)).body).toEqual(before);
  });

  it('of a change names what is wrong with it', async () => {
    const shopper = await newShopper();
    const { token } = shopper;
    const mug = await newProduct({ price: '5.00', quantity: 5 });
    const { body: before } = await add(shopper, mug.id, 1);
    for (const quantity of [0, 1_000, '1', { $inc: 1 }]) {
      expectProblem(
        await api('PATCH', `/v1/cart/items/${mug.id}`, { token, body: { quantity } }),
        422,
        'validation_failed',
      );
    }
    for (const path of [unknownId, '$where', '%00', `${mug.id}.0`]) {
      const answer = await api('PATCH', `/v1/cart/items/${path}`, { token, body: { quantity: 1 } });
      expectProblem(answer, 404, 'not_found');
    }
    expectProblem(await api('DELETE', `/v1/cart/items/${unknownId}`, { token }), 404, 'not_found');
    expectProblem(await api('GET', '/v1/cart?user_id=1', { token }), 400, 'unknown_parameter');
    expect((await show(shopper)).body).toEqual(before);
  });

  it('is what comes without a token', async () => {
    const item = `/v1/cart/items/${unknownId}`;
    const answers = [
      await api('GET', '/v1/cart'),
      await api('DELETE', '/v1/cart'),
      await api('POST', '/v1/cart/items', { body: { product_id: unknownId, quantity: 1 } }),
      await api('PATCH', item, { body: { quantity: 1 } }),
      await api('DELETE', item),
    ];
    for (const answer of answers) expectProblem(answer, 401, 'unauthorized');
    expect(answers.map(({ headers }) => headers.get('www-authenticate'))).toEqual(answers.map(() => 'Bearer'));
  });
});
