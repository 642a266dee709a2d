import { uuidv7 } from 'uuidv7';
import { beforeAll, describe, expect, test } from 'vitest';

import { api, expectProblem, newShopper, type Shopper } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { listed, moderate, reviewed, reviewers, reviewIn } from './support/reviews.ts';
import { newProduct } from './support/shop.ts';

const sql = sqlOf('products');

let ada: Shopper;
let eve: Shopper;
beforeAll(async () => {
  [ada, eve] = await reviewers();
});

describe('GET /v1/products/{id}/reviews', () => {
  test('lists approved ones, newest first, page by page, of all in the same millisecond too', async () => {
    const product = await newProduct();
    const authors = await Promise.all(Array.from({ length: 5 }, () => newShopper()));
    const ids: string[] = [];
    for (const [i, author] of authors.entries()) {
      const { id } = await reviewed(author, product.id, { rating: 1 + (i % 2) });
      await moderate(id, 'approve');
      ids.unshift(id);
    }
    const { id: rejected } = await reviewed(ada, product.id);
    await moderate(rejected, 'reject');
    await reviewed(eve, product.id);
    await sql`UPDATE product_reviews SET created_at = '2026-11-22T21:24:42.123Z' WHERE id = ANY (${ids.slice(1, 4)})`;

    const first = await api('GET', `/v1/products/${product.id}/reviews?limit=2`);
    expect(first.headers.get('server-timing')).toBe('db;desc="1"');
    expect(first.headers.get('cache-control')).toContain('public');
    const { next_cursor } = first.body.page;
    expect(first.headers.get('link')).toBe(
      `</v1/products/${product.id}/reviews?limit=2&cursor=${next_cursor}>; rel="next"`,
    );
    const rest = await listed(product.id, `?limit=3&cursor=${next_cursor}`);
    const seen = [...first.body.data, ...rest.data].map(({ id }: { id: string }) => id);
    const stored = await sql`SELECT id FROM product_reviews WHERE id = ANY (${ids}) ORDER BY created_at DESC, id DESC`;
    expect(seen).toEqual(stored.map(({ id }) => id));
    expect(rest.page).toEqual({ next_cursor: null, has_more: false });
    const upwards = await listed(product.id, '?sort=created_at');
    expect(upwards.data.map(({ id }: { id: string }) => id)).toEqual(seen.toReversed());
    const best = await listed(product.id, '?rating=2');
    expect(best.data.map(({ rating }: { rating: number }) => rating)).toEqual([2, 2]);
    for (const query of [`?limit=2&sort=created_at&cursor=${next_cursor}`, `?rating=2&cursor=${next_cursor}`]) {
      expectProblem(await api('GET', `/v1/products/${product.id}/reviews${query}`), 400, 'invalid_cursor');
    }
  });

  test('shows what is public of a review, and has an ETag', async () => {
    const { product } = await reviewIn('approved');
    const path = `/v1/products/${product.id}/reviews`;
    const { body, headers } = await api('GET', path);
    expect(Object.keys(body.data[0]).sort()).toEqual(
      [
        ...['id', 'product_id', 'author_name', 'rating', 'title', 'comment'],
        ...['is_verified_purchase', 'created_at', 'updated_at'],
      ].sort(),
    );
    const etag = headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/"/);
    expect((await api('GET', path, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  test('is not there for a product that is not on sale', async () => {
    const [hidden, deleted] = [await reviewIn('approved'), await reviewIn('approved')];
    await sql`UPDATE products SET is_active = false WHERE id = ${hidden.product.id}`;
    await sql`UPDATE products SET is_deleted = true WHERE id = ${deleted.product.id}`;
    for (const id of [hidden.product.id, deleted.product.id, uuidv7(), 'nonsense']) {
      expectProblem(await api('GET', `/v1/products/${id}/reviews`), 404, 'not_found');
    }
  });

  test.each([
    ['rating=6', 422, 'validation_failed'],
    ['rating=', 422, 'validation_failed'],
    ['sort=rating', 422, 'validation_failed'],
    ['limit=0', 422, 'validation_failed'],
    ['cursor=nonsense', 400, 'invalid_cursor'],
    ['status=pending', 400, 'unknown_parameter'],
    ['user_id=me', 400, 'unknown_parameter'],
  ] as const)('refuses ?%s', async (query, status, code) => {
    const product = await newProduct();
    expectProblem(await api('GET', `/v1/products/${product.id}/reviews?${query}`), status, code);
  });
});
