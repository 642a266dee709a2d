import { beforeAll, describe, expect, test } from 'vitest';

import { api, eventually, newShopper, type Shopper } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { listed, moderate, ratingOf, review, reviewed, reviewers } from './support/reviews.ts';
import { atCheckpoint, newProduct } from './support/shop.ts';

const sql = sqlOf('products');

let ada: Shopper;
beforeAll(async () => {
  [ada] = await reviewers();
});

describe('an author whose account is deleted', () => {
  const nameOf = async (id: string) => (await sql`SELECT author_name FROM product_reviews WHERE id = ${id}`)[0];

  test('leaves the review, but no name', async () => {
    const [author, product] = [await newShopper(), await newProduct()];
    const [{ id }, other] = [await reviewed(author, product.id), await reviewed(ada, product.id)];
    await moderate(id, 'approve');
    expect((await api('DELETE', '/v1/me', { token: author.token })).status).toBe(204);
    await eventually(async () => expect(await nameOf(id)).toEqual({ author_name: 'Former customer' }));
    expect(await nameOf(other.id)).toEqual({ author_name: 'Sam S.' });
    expect(await ratingOf(product.id)).toEqual({ sum: 4, count: 1 });
    expect((await listed(product.id)).data).toMatchObject([{ id, author_name: 'Former customer' }]);
  });

  test('while the review is being written, leaves no name either', async () => {
    const [author, product] = [await newShopper(), await newProduct()];
    const { headers, close } = await atCheckpoint('review.asked', async () => {
      expect((await api('DELETE', '/v1/me', { token: author.token })).status).toBe(204);
      const [event] = await sqlOf('users')`
        SELECT id FROM outbox WHERE type = 'user.deleted' AND subject_id = ${author.user.id}`;
      await eventually(async () => {
        const received = await sql`SELECT consumer FROM inbox WHERE event_id = ${event?.['id']}`;
        expect(received).toEqual([{ consumer: 'products' }]);
      });
    });
    const { status, body } = await review(author, product.id, { rating: 4 }, headers);
    close();
    expect(status).toBe(201);
    await eventually(async () => expect(await nameOf(body.id)).toEqual({ author_name: 'Former customer' }));
  });
});
