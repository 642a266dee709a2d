import { uuidv7 } from 'uuidv7';
import { beforeAll, describe, expect, test } from 'vitest';

import { deactivate, pointersOf } from './support/accounts.ts';
import { csv, importCsv, unique } from './support/catalogue.ts';
import { type Answer, api, expectProblem, newShopper, type Shopper } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import {
  edit,
  listed,
  moderate,
  ordersDown,
  review,
  reviewed,
  reviewers,
  stateOf,
  usersDown,
  wrongValues,
} from './support/reviews.ts';
import { newBuyer, newProduct, pay, placeOrder } from './support/shop.ts';

const sql = sqlOf('products');

let ada: Shopper;
let eve: Shopper;
beforeAll(async () => {
  [ada, eve] = await reviewers();
});

describe('POST /v1/products/{id}/reviews', () => {
  test('writes a review that waits for moderation', async () => {
    const product = await newProduct();
    const before = await stateOf(product.id);
    const { status, body, headers } = await review(ada, product.id, {
      rating: 5,
      title: ' Fine ',
      comment: 'So\nwell',
    });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/reviews/${body.id}`);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('server-timing')).toBe('db;desc="2"');
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      product_id: product.id,
      author_name: 'Sam S.',
      rating: 5,
      title: 'Fine',
      comment: 'So\nwell',
      is_verified_purchase: false,
      status: 'pending',
      created_at: expect.stringMatching(/Z$/),
      updated_at: body.created_at,
    });
    const { reviews, ...after } = await stateOf(product.id);
    expect(reviews).toMatchObject([{ id: body.id, user_id: ada.user.id, is_approved: false, moderated_at: null }]);
    expect({ reviews: [], ...after }).toEqual(before);
    expect((await listed(product.id)).data).toEqual([]);
  });

  test('needs no title and no comment', async () => {
    const product = await newProduct();
    expect(await reviewed(ada, product.id, { rating: 1 })).toMatchObject({ rating: 1, title: null, comment: null });
    const other = { rating: 2, title: null, comment: null };
    expect(await reviewed(eve, product.id, other)).toMatchObject(other);
  });

  test('keeps markup and every script as the text that it is', async () => {
    const product = await newProduct();
    const said = { title: `<img src=x onerror="alert(1)">`, comment: `<script>'&amp;"</script> 日本語 👍🏽\t\\u0041` };
    const { id } = await reviewed(ada, product.id, { rating: 3, ...said });
    await moderate(id, 'approve');
    const { data } = await listed(product.id);
    expect(data).toMatchObject([said]);
  });

  describe('with wrong values', () => {
    let product: Answer['body'];
    beforeAll(async () => {
      product = await newProduct();
    });

    test.each(wrongValues)('refuses %s and writes nothing', async (_what, body, pointer) => {
      const answer = await review(ada, product.id, body);
      expectProblem(answer, 422, 'validation_failed');
      expect(pointersOf(answer.body)).toEqual([pointer]);
      expect((await stateOf(product.id)).reviews).toEqual([]);
    });
  });

  test('refuses a second one and keeps the first', async () => {
    const product = await newProduct();
    await reviewed(ada, product.id, { rating: 2 });
    const before = await stateOf(product.id);
    expectProblem(await review(ada, product.id, { rating: 5 }), 409, 'already_reviewed');
    expect(await stateOf(product.id)).toEqual(before);
    await reviewed(eve, product.id, { rating: 5 });
  });

  test('refuses a product that is not on sale', async () => {
    const [hidden, deleted] = [await newProduct(), await newProduct()];
    await sql`UPDATE products SET is_active = false WHERE id = ${hidden.id}`;
    await sql`UPDATE products SET is_deleted = true WHERE id = ${deleted.id}`;
    for (const id of [hidden.id, deleted.id, uuidv7(), 'nonsense']) {
      expectProblem(await review(ada, id), 404, 'not_found');
    }
    expect(await sql`SELECT id FROM product_reviews WHERE product_id IN (${hidden.id}, ${deleted.id})`).toEqual([]);
  });

  test('refuses somebody whose account is gone since', async () => {
    const [product, gone] = [await newProduct(), await newShopper()];
    await deactivate(gone.user.id);
    expectProblem(await review(gone, product.id), 401, 'unauthorized');
    expect((await stateOf(product.id)).reviews).toEqual([]);
  });

  test.each([
    ['orders', ordersDown],
    ['users', usersDown],
  ])('while %s is down, writes nothing', async (_service, during) => {
    const product = await newProduct();
    await during(async () => {
      const answer = await review(ada, product.id);
      expectProblem(answer, 503, 'service_unavailable');
      expect(answer.headers.get('retry-after')).toBe('1');
    });
    expect((await stateOf(product.id)).reviews).toEqual([]);
    await reviewed(ada, product.id);
  });
});

describe('a verified purchase', () => {
  test('is one that was paid, and an edit asks again', async () => {
    const product = await newProduct();
    const buyer = await newBuyer(product.id);
    const { id, is_verified_purchase } = await reviewed(buyer, product.id);
    expect(is_verified_purchase).toBe(false);
    const order = await placeOrder(buyer);
    expect((await edit(buyer, id, { comment: 'Ordered' })).body).toMatchObject({ is_verified_purchase: false });
    expect((await pay(buyer.token, order.body.id)).body.status).toBe('SUCCESS');
    expect((await edit(buyer, id, { comment: 'Paid' })).body).toMatchObject({ is_verified_purchase: true });
    expect(await reviewed(ada, product.id)).toMatchObject({ is_verified_purchase: false });
    await moderate(id, 'approve');
    expect((await listed(product.id)).data).toMatchObject([{ id, comment: 'Paid', is_verified_purchase: true }]);
  });

  test('counts for every variant, one that was withdrawn too', async () => {
    const handle = unique();
    const variant = (size: string) => ({
      'Option1 Value': size,
      'Variant Price': '5.00',
      'Variant Inventory Qty': '9',
    });
    const [small, ...others] = ['S', 'M', 'L'].map(variant);
    const face = { Handle: handle, Title: handle, Type: 'Test things', 'Option1 Name': 'Size', ...small };
    const report = await importCsv(csv(face, ...others.map((cells) => ({ Handle: handle, ...cells }))));
    expect(report.body).toMatchObject({ created: 3, errors: [] });
    const { body } = await api('GET', `/v1/products/${handle}`);
    const [bought, medium, large] = body.variants;
    const buyer = await newBuyer(bought.id);
    await pay(buyer.token, (await placeOrder(buyer)).body.id);
    expect(await reviewed(buyer, medium.id)).toMatchObject({ product_id: medium.id, is_verified_purchase: true });
    await sql`UPDATE products SET is_deleted = true, deleted_at = now() WHERE id = ${bought.id}`;
    expect(await reviewed(buyer, large.id)).toMatchObject({ is_verified_purchase: true });
  });
});
