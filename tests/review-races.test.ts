import fc from 'fast-check';
import { Client } from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';

import { type Answer, api, eventually, newShopper, type Shopper } from './support/client.ts';
import { bindingsOf, sqlOf } from './support/databases.ts';
import { manager, newProduct } from './support/shop.ts';

const sql = sqlOf('products');
let shopper: Shopper;
let other: Shopper;
beforeAll(async () => {
  [shopper, other] = await Promise.all([newShopper(), newShopper()]);
});

function review({ token }: { token: string }, productId: string, rating: number) {
  return api('POST', `/v1/products/${productId}/reviews`, { token, body: { rating } });
}

function edit({ token }: { token: string }, id: string, rating: number) {
  return api('PATCH', `/v1/reviews/${id}`, { token, body: { rating } });
}

function remove({ token }: { token: string }, id: string) {
  return api('DELETE', `/v1/reviews/${id}`, { token });
}

async function moderate(id: string, verdict: 'approve' | 'reject') {
  return api('POST', `/v1/admin/reviews/${id}/${verdict}`, { token: await manager() });
}

async function ratingOf(productId: string) {
  const [row] = await sql`SELECT rating_sum AS sum, rating_count AS count FROM products WHERE id = ${productId}`;
  return row;
}

/** What the rating ought to be. */
async function approvedOf(productId: string) {
  const [row] = await sql`
    SELECT coalesce(sum(rating), 0)::int AS sum, count(*)::int AS count
      FROM product_reviews WHERE product_id = ${productId} AND is_approved`;
  return row;
}

/** A few at a time, so that preparing does not swamp the machine. */
async function manyShoppers(count: number): Promise<Shopper[]> {
  const shoppers: Shopper[] = [];
  while (shoppers.length < count) {
    shoppers.push(
      ...(await Promise.all(Array.from({ length: Math.min(4, count - shoppers.length) }, () => newShopper()))),
    );
  }
  return shoppers;
}

const statusesOf = (answers: Answer[]) => answers.map(({ status }) => status).toSorted((a, b) => a - b);
const updatesOf = async (productId: string) =>
  (await sql`SELECT id FROM outbox WHERE type = 'product.updated' AND subject_id = ${productId}`).length;

describe('many at once', () => {
  test(
    '50 reviews and their approvals, each approved twice: sum and count are exact',
    { timeout: 180_000 },
    async () => {
      const [product, authors] = [await newProduct(), await manyShoppers(50)];
      const updates = await updatesOf(product.id);
      const answers = await Promise.all(
        authors.map(async (author, i) => {
          const written = await review(author, product.id, 1 + (i % 5));
          return [written, ...(await Promise.all([1, 2].map(() => moderate(written.body.id, 'approve'))))];
        }),
      );
      expect(answers.map(statusesOf)).toEqual(authors.map(() => [200, 200, 201]));
      expect(await ratingOf(product.id)).toEqual({ sum: 150, count: 50 });
      expect(await approvedOf(product.id)).toEqual({ sum: 150, count: 50 });
      expect(await updatesOf(product.id)).toBe(updates + 50);
      await eventually(async () => {
        const { body } = await api('GET', `/v1/products/${product.id}`);
        expect(body).toMatchObject({ rating: { average: 3, count: 50 }, version: product.version });
      });
      await Promise.all(answers.map(([written]) => moderate(written?.body.id, 'reject')));
      expect(await ratingOf(product.id)).toEqual({ sum: 0, count: 0 });
    },
  );

  test('20 reviews of one product by one shopper: one is written', async () => {
    const product = await newProduct();
    const answers = await Promise.all(Array.from({ length: 20 }, () => review(shopper, product.id, 5)));
    expect(statusesOf(answers)).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    const refused = answers.filter(({ status }) => status === 409);
    expect(new Set(refused.map(({ body }) => body.code))).toEqual(new Set(['already_reviewed']));
    expect(await sql`SELECT id FROM product_reviews WHERE product_id = ${product.id}`).toHaveLength(1);
  });

  test(
    'approve, reject, edit, delete and write anew: the rating is that of the approved',
    { timeout: 90_000 },
    async () => {
      const product = await newProduct();
      for (let round = 0; round < 20; round++) {
        const written = await review(shopper, product.id, 1 + (round % 5));
        const { id } = written.body;
        const isApproved = round % 2 === 0;
        if (isApproved) await moderate(id, 'approve');
        const changes = [
          () => moderate(id, 'approve'),
          () => moderate(id, 'reject'),
          () => edit(shopper, id, 5 - (round % 5)),
          () => moderate(id, 'approve'),
          () => edit(shopper, id, 3),
          ...(round % 4 === 1 ? [() => remove(shopper, id), () => review(shopper, product.id, 2)] : []),
          () => moderate(id, 'reject'),
          () => moderate(id, 'approve'),
        ];
        const turned = [...changes.slice(round % changes.length), ...changes.slice(0, round % changes.length)];
        const answers = await Promise.all(turned.map((change) => change()));
        for (const status of statusesOf(answers)) expect([200, 201, 204, 404, 409]).toContain(status);
        expect(await ratingOf(product.id)).toEqual(await approvedOf(product.id));
        const left = await sql`SELECT id FROM product_reviews WHERE product_id = ${product.id}`;
        for (const row of left) expect((await remove(shopper, String(row['id']))).status).toBe(204);
        expect(await ratingOf(product.id)).toEqual({ sum: 0, count: 0 });
      }
    },
  );

  test('the same deletion ten times: one takes the rating out', async () => {
    const product = await newProduct();
    const kept = await review(other, product.id, 2);
    const { body } = await review(shopper, product.id, 5);
    await Promise.all([kept.body.id, body.id].map((id) => moderate(id, 'approve')));
    const answers = await Promise.all(Array.from({ length: 10 }, () => remove(shopper, body.id)));
    expect(statusesOf(answers)).toEqual([204, ...Array.from({ length: 9 }, () => 404)]);
    expect(await ratingOf(product.id)).toEqual({ sum: 2, count: 1 });
  });
});

test('a rating that waits for a change of the product builds on it', async () => {
  const product = await newProduct();
  const { body: first } = await review(shopper, product.id, 5);
  const { body: second } = await review(other, product.id, 2);
  const editor = new Client({ connectionString: bindingsOf('products').DATABASE_URL });
  await editor.connect();
  try {
    await editor.query('BEGIN');
    await editor.query('SELECT FROM products WHERE id = $1 FOR UPDATE', [product.id]);
    const approvals = Promise.all([moderate(first.id, 'approve'), moderate(second.id, 'approve')]);
    await eventually(async () => {
      const { rows } = await editor.query(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(rows).toHaveLength(2);
    });
    await editor.query(`UPDATE products SET price = '77.00', version = version + 1 WHERE id = $1`, [product.id]);
    await editor.query('COMMIT');
    expect(statusesOf(await approvals)).toEqual([200, 200]);
  } finally {
    await editor.end();
  }
  const [row] =
    await sql`SELECT price, version, rating_sum, rating_count, rating FROM products WHERE id = ${product.id}`;
  expect(row).toEqual({ price: '77.00', version: product.version + 1, rating_sum: 7, rating_count: 2, rating: '3.50' });
});

describe('any order of changes', () => {
  interface Known {
    id: string;
    rating: number;
    status: string;
  }
  interface Step {
    act: 'write' | 'edit' | 'delete' | 'approve' | 'reject';
    author: number;
    product: number;
    rating: number;
  }
  const Step: fc.Arbitrary<Step> = fc.record({
    act: fc.constantFrom('write', 'edit', 'delete', 'approve', 'reject'),
    author: fc.nat(1),
    product: fc.nat(1),
    rating: fc.integer({ min: 1, max: 5 }),
  });
  const placeOf = ({ author, product }: Step) => `${author} ${product}`;

  /** What is asked of the service. */
  async function ask(step: Step, known: Known | undefined, productId: string): Promise<Answer> {
    const author = step.author === 0 ? shopper : other;
    const id = known?.id ?? '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';
    switch (step.act) {
      case 'write':
        return review(author, productId, step.rating);
      case 'edit':
        return edit(author, id, step.rating);
      case 'delete':
        return remove(author, id);
      case 'approve':
      case 'reject':
        return moderate(id, step.act);
    }
  }

  /** What is expected of it: the status, and the review that is left. */
  function expected({ act, rating }: Step, known: Known | undefined, newId: string): [number, Known | undefined] {
    if (act === 'write') return known ? [409, known] : [201, { id: newId, rating, status: 'pending' }];
    if (!known) return [404, undefined];
    if (act === 'delete') return [204, undefined];
    if (act === 'approve') return [200, { ...known, status: 'approved' }];
    if (act === 'reject') return [200, { ...known, status: 'rejected' }];
    return [200, known.rating === rating ? known : { ...known, rating, status: 'pending' }];
  }

  test('ends where the model does', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(Step, { minLength: 8, maxLength: 24 }), async (steps) => {
        const productIds: string[] = [(await newProduct()).id, (await newProduct()).id];
        const model = new Map<string, Known>();
        for (const step of steps) {
          const known = model.get(placeOf(step));
          const answer = await ask(step, known, productIds[step.product] ?? '');
          const [status, left] = expected(step, known, answer.body.id);
          expect(answer).toMatchObject([200, 201].includes(status) ? { status, body: left } : { status });
          if (left) model.set(placeOf(step), left);
          else model.delete(placeOf(step));
        }
        for (const [i, productId] of productIds.entries()) {
          const approved = [...model].flatMap(([place, known]) =>
            place.endsWith(` ${i}`) && known.status === 'approved' ? [known] : [],
          );
          const sum = approved.reduce((total, { rating }) => total + rating, 0);
          expect(await ratingOf(productId)).toEqual({ sum, count: approved.length });
          const { body } = await api('GET', `/v1/products/${productId}/reviews`);
          const shown = body.data.map(({ id }: { id: string }) => id);
          expect(shown.toSorted()).toEqual(approved.map(({ id }) => id).sort());
        }
      }),
      { numRuns: 12 },
    );
  });
});
