import { uuidv7 } from 'uuidv7';
import { beforeAll, describe, expect, test } from 'vitest';

import { pointersOf } from './support/accounts.ts';
import { eventually, expectProblem, type Shopper, staff } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import {
  edit,
  listed,
  moderate,
  ordersDown,
  ratingOf,
  remove,
  reviewed,
  reviewers,
  reviewIn,
  stateOf,
  updatesOf,
  wrongValues,
} from './support/reviews.ts';
import { manager } from './support/shop.ts';

const sql = sqlOf('products');

let ada: Shopper;
let eve: Shopper;
beforeAll(async () => {
  [ada, eve] = await reviewers();
});

describe('PATCH /v1/reviews/{id}', () => {
  test.each([
    ['the rating', { rating: 2 }],
    ['the title', { title: 'Other' }],
    ['no title', { title: null }],
    ['the comment', { comment: null, rating: 1 }],
  ])('changes %s, goes back to moderation and takes the rating out', async (_what, change) => {
    const { id, product } = await reviewIn('approved');
    expect(await ratingOf(product.id)).toEqual({ sum: 4, count: 1 });
    const [version, updates] = [product.version, await updatesOf(product.id)];
    const { status, body, headers } = await edit(ada, id, change);
    expect(status).toBe(200);
    expect(headers.get('server-timing')).toBe('db;desc="2"');
    const [{ created_at, updated_at }] = [body];
    const before = { rating: 4, title: 'Good', comment: 'As told', author_name: 'Sam S.', is_verified_purchase: false };
    const facts = { id, product_id: product.id, status: 'pending', created_at, updated_at };
    expect(body).toEqual({ ...facts, ...before, ...change });
    expect(await ratingOf(product.id)).toEqual({ sum: 0, count: 0 });
    expect(await updatesOf(product.id)).toBe(updates + 1);
    const after = await stateOf(product.id);
    expect(after.reviews).toMatchObject([{ is_approved: false, moderated_at: null, ...change }]);
    expect(after.product).toMatchObject({ version });
    await eventually(async () => expect((await listed(product.id)).data).toEqual([]));
    await moderate(id, 'approve');
    expect(await ratingOf(product.id)).toEqual({ sum: body.rating, count: 1 });
  });

  test.each(['pending', 'rejected'] as const)('of a %s one tells nobody', async (status) => {
    const { id, product } = await reviewIn(status);
    const { product: rating, events } = await stateOf(product.id);
    expect((await edit(ada, id, { rating: 1 })).body).toMatchObject({ rating: 1, status: 'pending' });
    const after = await stateOf(product.id);
    expect({ rating: after.product, events: after.events }).toEqual({ rating, events });
  });

  test.each(['pending', 'approved', 'rejected'] as const)(
    'that changes nothing leaves a %s one alone',
    async (status) => {
      const { id, product } = await reviewIn(status);
      const before = await stateOf(product.id);
      for (const body of [{}, { rating: 4 }, { rating: 4, title: ' Good', comment: 'As told' }]) {
        expect(await edit(ada, id, body)).toMatchObject({ status: 200, body: { rating: 4, status } });
      }
      expect(await stateOf(product.id)).toEqual(before);
    },
  );

  test('refuses what is not there or not theirs, and changes nothing', async () => {
    const { id, product } = await reviewIn('approved');
    const before = await stateOf(product.id);
    expectProblem(await edit(eve, id, { rating: 1 }), 404, 'not_found');
    expectProblem(await edit({ token: await staff('admin') }, id, { rating: 1 }), 404, 'not_found');
    expect(await stateOf(product.id)).toEqual(before);
    for (const unknown of [uuidv7(), 'nonsense']) {
      expectProblem(await edit(ada, unknown, { rating: 1 }), 404, 'not_found');
    }
  });

  describe('with wrong values', () => {
    let written: Awaited<ReturnType<typeof reviewIn>>;
    beforeAll(async () => {
      written = await reviewIn('approved');
    });

    test.each(wrongValues)('refuses %s and changes nothing', async (_what, body, pointer) => {
      const before = await stateOf(written.product.id);
      const answer = await edit(ada, written.id, body);
      expectProblem(answer, 422, 'validation_failed');
      expect(pointersOf(answer.body)).toEqual([pointer]);
      expect(await stateOf(written.product.id)).toEqual(before);
    });
  });

  test('while orders is down, changes nothing', async () => {
    const { id, product } = await reviewIn('approved');
    const before = await stateOf(product.id);
    await ordersDown(async () => expectProblem(await edit(ada, id, { rating: 1 }), 503, 'service_unavailable'));
    expect(await stateOf(product.id)).toEqual(before);
  });

  test('is for the reviews of withdrawn products too', async () => {
    const { id, product } = await reviewIn('approved');
    await sql`UPDATE products SET is_deleted = true, deleted_at = now() WHERE id = ${product.id}`;
    expect((await edit(ada, id, { rating: 1 })).status).toBe(200);
    expect((await remove(ada, id)).status).toBe(204);
  });
});

describe('DELETE /v1/reviews/{id}', () => {
  test.each([
    ['pending', 0],
    ['approved', 1],
    ['rejected', 0],
  ] as const)('removes a %s one for good, with its rating, and allows a new one', async (status, told) => {
    const { id, product } = await reviewIn(status);
    const updates = await updatesOf(product.id);
    const { status: answered, headers } = await remove(ada, id);
    expect([answered, headers.get('server-timing')]).toEqual([204, 'db;desc="1"']);
    const { reviews, product: rating } = await stateOf(product.id);
    expect(reviews).toEqual([]);
    expect(rating).toEqual({ rating_sum: 0, rating_count: 0, rating: '0.00', version: product.version });
    expect(await updatesOf(product.id)).toBe(updates + told);
    expectProblem(await remove(ada, id), 404, 'not_found');
    expectProblem(await moderate(id, 'approve'), 404, 'not_found');
    expect(await ratingOf(product.id)).toEqual({ sum: 0, count: 0 });
    expect(await reviewed(ada, product.id, { rating: 1 })).toMatchObject({ rating: 1, status: 'pending' });
  });

  test('refuses what is not there or not theirs, and removes nothing', async () => {
    const { id, product } = await reviewIn('approved');
    const before = await stateOf(product.id);
    expectProblem(await remove(eve, id), 404, 'not_found');
    expectProblem(await remove({ token: await manager() }, id), 404, 'not_found');
    for (const unknown of [uuidv7(), 'nonsense']) expectProblem(await remove(ada, unknown), 404, 'not_found');
    expect(await stateOf(product.id)).toEqual(before);
  });
});
