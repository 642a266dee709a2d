import { uuidv7 } from 'uuidv7';
import { beforeAll, describe, expect, test } from 'vitest';

import { type Answer, api, eventually, expectProblem, newShopper, type Shopper, staff } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import {
  listed,
  moderate,
  ratingOf,
  recordsOf,
  reviewed,
  reviewers,
  reviewIn,
  stateOf,
  updatesOf,
} from './support/reviews.ts';
import { manager, newProduct } from './support/shop.ts';

const sql = sqlOf('products');

let ada: Shopper;
beforeAll(async () => {
  [ada] = await reviewers();
});

describe('moderation', () => {
  test.each([
    ['pending', 'approve', 'approved', { sum: 4, count: 1 }, 1],
    ['pending', 'reject', 'rejected', { sum: 0, count: 0 }, 0],
    ['approved', 'reject', 'rejected', { sum: 0, count: 0 }, 1],
    ['rejected', 'approve', 'approved', { sum: 4, count: 1 }, 1],
  ] as const)('a %s one, %s: %s', async (from, verdict, to, rating, told) => {
    const { id, product } = await reviewIn(from);
    const updates = await updatesOf(product.id);
    const { status, body, headers } = await moderate(id, verdict);
    expect([status, headers.get('server-timing')]).toEqual([200, 'db;desc="1"']);
    expect(body).toEqual({
      id,
      product_id: product.id,
      product: { id: product.id, name: product.name, slug: product.slug },
      user_id: ada.user.id,
      author_name: 'Sam S.',
      rating: 4,
      title: 'Good',
      comment: 'As told',
      is_verified_purchase: false,
      status: to,
      moderated_at: expect.stringMatching(/Z$/),
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
    });
    expect(await ratingOf(product.id)).toEqual(rating);
    expect((await stateOf(product.id)).product).toMatchObject({ version: product.version });
    expect(await updatesOf(product.id)).toBe(updates + told);
    expect((await recordsOf(id)).at(-1)).toMatchObject({
      action: `review.${to}`,
      resource_type: 'review',
      before: { status: from },
      after: { status: to },
    });
    const visible = to === 'approved' ? [id] : [];
    await eventually(async () => {
      expect((await listed(product.id)).data.map((shown: { id: string }) => shown.id)).toEqual(visible);
      const { body: shown } = await api('GET', `/v1/products/${product.id}`);
      expect(shown.rating).toEqual({ average: rating.count === 0 ? null : 4, count: rating.count });
    });
  });

  test.each([
    ['approved', 'approve'],
    ['rejected', 'reject'],
  ] as const)('a %s one, %s: nothing changes', async (from, verdict) => {
    const { id, product } = await reviewIn(from);
    const before = await stateOf(product.id);
    expect(await moderate(id, verdict)).toMatchObject({ status: 200, body: { id, status: from } });
    expect(await stateOf(product.id)).toEqual(before);
  });

  test('is recorded in the audit log, by whom', async () => {
    const { id } = await reviewIn('approved');
    const [admin, token] = await Promise.all([staff('admin'), manager()]);
    const { body: moderator } = await api('GET', '/v1/me', { token });
    await eventually(async () => {
      const query = `resource_type=review&resource_id=${id}`;
      const { body } = await api('GET', `/v1/admin/audit-log?${query}`, { token: admin });
      expect(body.data).toMatchObject([
        {
          actor_id: moderator.id,
          action: 'review.approved',
          before: { status: 'pending' },
          after: { status: 'approved' },
        },
      ]);
    });
  });

  test('of an unknown review is refused', async () => {
    for (const id of [uuidv7(), 'nonsense']) {
      expectProblem(await moderate(id, 'approve'), 404, 'not_found');
      expectProblem(await moderate(id, 'reject'), 404, 'not_found');
    }
  });

  test('is not for customers, authors included', async () => {
    const { id, product } = await reviewIn('pending');
    const before = await stateOf(product.id);
    for (const verdict of ['approve', 'reject']) {
      expectProblem(await api('POST', `/v1/admin/reviews/${id}/${verdict}`), 401, 'unauthorized');
      const answer = await api('POST', `/v1/admin/reviews/${id}/${verdict}`, { token: ada.token });
      expectProblem(answer, 403, 'forbidden');
    }
    expectProblem(await api('GET', '/v1/admin/reviews', { token: ada.token }), 403, 'forbidden');
    expect(await stateOf(product.id)).toEqual(before);
  });
});

describe('GET /v1/admin/reviews', () => {
  async function list(query: string) {
    const answer = await api('GET', `/v1/admin/reviews?${query}`, { token: await manager() });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer;
  }
  const idsOf = ({ body }: Answer): string[] => body.data.map(({ id }: { id: string }) => id);

  test('lists reviews of each status and of all, newest first, page by page', async () => {
    const product = await newProduct();
    const authors = await Promise.all(Array.from({ length: 4 }, () => newShopper()));
    const ids: string[] = [];
    for (const author of authors) ids.unshift((await reviewed(author, product.id)).id);
    const [pending = '', second = '', approved = '', rejected = ''] = ids;
    await moderate(approved, 'approve');
    await moderate(rejected, 'reject');
    const all = await list(`product_id=${product.id}`);
    expect(all.headers.get('server-timing')).toBe('db;desc="1"');
    expect(all.headers.get('cache-control')).toBe('no-store');
    expect(all.body.data.map(({ id, status }: { id: string; status: string }) => [id, status])).toEqual([
      [pending, 'pending'],
      [second, 'pending'],
      [approved, 'approved'],
      [rejected, 'rejected'],
    ]);
    expect(idsOf(await list(`product_id=${product.id}&status=pending`))).toEqual([pending, second]);
    expect(idsOf(await list(`product_id=${product.id}&status=approved`))).toEqual([approved]);
    expect(idsOf(await list(`product_id=${product.id}&status=rejected`))).toEqual([rejected]);
    expect(idsOf(await list(`product_id=${product.id}&sort=created_at`))).toEqual(ids.toReversed());
    expect(idsOf(await list('status=pending&limit=2'))).toEqual([pending, second]);
    const first = await list(`product_id=${product.id}&limit=3`);
    const rest = await list(`product_id=${product.id}&limit=3&cursor=${first.body.page.next_cursor}`);
    expect([...first.body.data, ...rest.body.data]).toEqual(all.body.data);
    expect(rest.body.page).toEqual({ next_cursor: null, has_more: false });
    const elsewhere = `status=pending&cursor=${first.body.page.next_cursor}`;
    expectProblem(
      await api('GET', `/v1/admin/reviews?${elsewhere}`, { token: await manager() }),
      400,
      'invalid_cursor',
    );
  });

  test('shows those of withdrawn products', async () => {
    const { id, product } = await reviewIn('pending');
    await sql`UPDATE products SET is_deleted = true, deleted_at = now() WHERE id = ${product.id}`;
    expect(idsOf(await list(`product_id=${product.id}`))).toEqual([id]);
    expect(idsOf(await list(`product_id=${uuidv7()}`))).toEqual([]);
  });

  test.each([
    ['status=new', 422, 'validation_failed'],
    ['product_id=thing', 422, 'validation_failed'],
    ['sort=rating', 422, 'validation_failed'],
    ['cursor=nonsense', 400, 'invalid_cursor'],
    ['rating=5', 400, 'unknown_parameter'],
  ] as const)('refuses ?%s', async (query, status, code) => {
    expectProblem(await api('GET', `/v1/admin/reviews?${query}`, { token: await manager() }), status, code);
  });
});
