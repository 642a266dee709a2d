import { Client } from 'pg';
import { uuidv7 } from 'uuidv7';
import { beforeAll, describe, expect, test } from 'vitest';

import { deactivate, pointersOf } from './support/accounts.ts';
import { csv, importCsv, unique } from './support/catalogue.ts';
import { type Answer, api, eventually, expectProblem, newShopper, type Shopper, staff } from './support/client.ts';
import { bindingsOf, sqlOf } from './support/databases.ts';
import { atCheckpoint, manager, newBuyer, newProduct, pay, placeOrder } from './support/shop.ts';

const sql = sqlOf('products');

/** Two who review new products all the time. */
let ada: Shopper;
let eve: Shopper;
beforeAll(async () => {
  [ada, eve] = await Promise.all([newShopper(), newShopper()]);
});

function review(author: { token: string }, productId: string, body: unknown = { rating: 4 }, headers = {}) {
  return api('POST', `/v1/products/${productId}/reviews`, { token: author.token, body, headers });
}

async function reviewed(author: { token: string }, productId: string, body: unknown = { rating: 4 }) {
  const answer = await review(author, productId, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}

function edit(author: { token: string }, id: string, body: unknown) {
  return api('PATCH', `/v1/reviews/${id}`, { token: author.token, body });
}

function remove(author: { token: string }, id: string) {
  return api('DELETE', `/v1/reviews/${id}`, { token: author.token });
}

type Verdict = 'approve' | 'reject';

async function moderate(id: string, verdict: Verdict): Promise<Answer> {
  return api('POST', `/v1/admin/reviews/${id}/${verdict}`, { token: await manager() });
}

type Status = 'pending' | 'approved' | 'rejected';
const verdicts = { approved: 'approve', rejected: 'reject' } as const;

/** A review of a new product in this status. */
async function reviewIn(status: Status, body: unknown = { rating: 4, title: 'Good', comment: 'As told' }) {
  const product = await newProduct();
  const { id } = await reviewed(ada, product.id, body);
  if (status !== 'pending') await moderate(id, verdicts[status]);
  const [stored] = await sql`
    SELECT is_approved, moderated_at IS NULL AS is_waiting FROM product_reviews WHERE id = ${id}`;
  expect(stored).toEqual({ is_approved: status === 'approved', is_waiting: status === 'pending' });
  return { id, product };
}

/** All that the database holds of a product's reviews: the rows, the rating, and what was told of them. */
async function stateOf(productId: string) {
  const reviews = await sql`SELECT * FROM product_reviews WHERE product_id = ${productId} ORDER BY id`;
  const [product] = await sql`SELECT rating_sum, rating_count, rating, version FROM products WHERE id = ${productId}`;
  const events = await sql`
    SELECT id FROM outbox WHERE (type = 'product.updated' AND subject_id = ${productId}) OR (type = 'audit.recorded'
       AND payload ->> 'resource_id' = ANY (SELECT id::text FROM product_reviews WHERE product_id = ${productId}))
     ORDER BY id`;
  return { reviews, product, events };
}

async function ratingOf(productId: string) {
  const [row] = await sql`SELECT rating_sum AS sum, rating_count AS count FROM products WHERE id = ${productId}`;
  return row;
}

/** How often the shop was told that the product changed. */
async function updatesOf(productId: string) {
  return (await sql`SELECT id FROM outbox WHERE type = 'product.updated' AND subject_id = ${productId}`).length;
}

async function recordsOf(reviewId: string) {
  const rows = await sql`SELECT payload FROM outbox WHERE payload ->> 'resource_id' = ${reviewId} ORDER BY id`;
  return rows.map(({ payload }) => payload);
}

async function listed(productId: string, query = '') {
  const { status, body } = await api('GET', `/v1/products/${productId}/reviews${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

/** Runs `work` while the service cannot read a column that its answers need. */
async function withoutColumn(service: 'orders' | 'users', table: string, column: string, work: () => Promise<void>) {
  const client = new Client({ connectionString: bindingsOf(service).DATABASE_URL });
  await client.connect();
  try {
    await client.query(`ALTER TABLE ${table} RENAME COLUMN ${column} TO away`);
    await work();
  } finally {
    await client.query(`ALTER TABLE ${table} RENAME COLUMN away TO ${column}`);
    await client.end();
  }
}

const ordersDown = (work: () => Promise<void>) => withoutColumn('orders', 'order_items', 'product_id', work);
const usersDown = (work: () => Promise<void>) => withoutColumn('users', 'users', 'last_name', work);

const wrongValues = [
  ['no star', { rating: 0 }, '/rating'],
  ['six stars', { rating: 6 }, '/rating'],
  ['half a star', { rating: 3.5 }, '/rating'],
  ['a rating as text', { rating: '4' }, '/rating'],
  ['no rating', { rating: null }, '/rating'],
  ['a blank title', { rating: 4, title: '  ' }, '/title'],
  ['a title of 256 characters', { rating: 4, title: 'a'.repeat(256) }, '/title'],
  ['a comment of 5001 characters', { rating: 4, comment: 'a'.repeat(5_001) }, '/comment'],
  ['a control character in the title', { rating: 4, title: 'a\u0007b' }, '/title'],
  ['NUL in the comment', { rating: 4, comment: 'a\u0000b' }, '/comment'],
  ['half a character', { rating: 4, comment: '\ud83d' }, '/comment'],
  ['a list for a comment', { rating: 4, comment: ['a'] }, '/comment'],
  ['somebody else as its author', { rating: 4, user_id: uuidv7() }, '/user_id'],
  ['an approval of its own', { rating: 4, is_approved: true }, '/is_approved'],
  ['a purchase of its own saying', { rating: 4, is_verified_purchase: true }, '/is_verified_purchase'],
] as const;

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
