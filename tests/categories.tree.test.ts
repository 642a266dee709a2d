import { uuidv7 } from 'uuidv7';
import { describe, expect, it } from 'vitest';

import { connect } from '#shared/db/postgres.ts';

import { compactProductCounts } from '../workers/products/src/store/category-counts.ts';
import { unique } from './support/catalogue.ts';
import { type Category, current, list, newCategory, patch, refused, stock } from './support/categories.ts';
import { api, eventually, expectProblem } from './support/client.ts';
import { bindingsOf, sqlOf } from './support/databases.ts';

const sql = sqlOf('products');

describe('the tree', () => {
  it('may be 200 levels deep', async () => {
    const word = unique();
    const top = await newCategory({ name: word });
    const ids = [top.id, ...Array.from({ length: 199 }, () => uuidv7())];
    await sql`
      INSERT INTO categories (id, name, slug, parent_id)
      SELECT id, ${word}::text || level, ${word}::text || level, parent_id
        FROM unnest(${ids.slice(1)}::uuid[], ${ids.slice(0, -1)}::uuid[]) WITH ORDINALITY AS below (id, parent_id, level)`;
    await stock(`${word}199`, 2);
    expect(await current(top)).toMatchObject({ product_count: 2 });
    const mine = (await list()).body.data.filter(({ name }: Category) => name.startsWith(word));
    expect(mine).toHaveLength(200);
    expect(new Set(mine.map((category: Category) => category.product_count))).toEqual(new Set([2]));
    await eventually(async () => {
      const { status, body } = await api('GET', `/v1/categories/${word}`);
      expect(status).toBe(200);
      let depth = 0;
      for (let node = body; node; node = node.children[0]) depth += node.product_count === 2 ? 1 : 0;
      expect(depth).toBe(200);
    });
    await refused(() => patch(top, { parent_id: ids.at(-1) }), 409, 'category_cycle');
    expect((await patch(top, { is_active: false })).status).toBe(200);
    await eventually(async () => {
      expectProblem(await api('GET', `/v1/categories/${word}199`), 404, 'not_found');
      const { body } = await api('GET', '/v1/categories?view=flat');
      expect(body.data.filter(({ name }: Category) => name.startsWith(word))).toEqual([]);
    });
  });

  it('counts exactly while many change it and the sweep adds up', async () => {
    const parent = await newCategory();
    const children = await Promise.all([1, 2, 3, 4].map(() => newCategory({ parent_id: parent.id })));
    const db = connect(bindingsOf('products'));
    const steady = await newCategory();
    await Promise.all([1, 2, 3].map(() => stock(steady.name, 2)));
    const end = new AbortController();
    const compacting = [1, 2].map(async () => {
      while (!end.signal.aborted) await compactProductCounts(db);
    });
    const reading = (async () => {
      while (!end.signal.aborted) expect(await current(steady)).toMatchObject({ product_count: 6 });
    })();
    try {
      await Promise.all(children.flatMap(({ name }) => [1, 2, 3].map((products) => stock(name, products))));
      const [gone] = children;
      await sql`UPDATE products SET is_deleted = true, deleted_at = now() WHERE category_id = ${gone.id}`;
    } finally {
      end.abort();
      await Promise.all([...compacting, reading]);
    }
    const count = async (category: Category) => (await current(category)).product_count;
    expect(await Promise.all([parent, ...children].map(count))).toEqual([18, 0, 6, 6, 6]);
    await compactProductCounts(db);
    expect(await compactProductCounts(db)).toBe(0);
    expect(await Promise.all([parent, ...children].map(count))).toEqual([18, 0, 6, 6, 6]);
    const ids = [...children, steady].map(({ id }) => id);
    const rows =
      await sql`SELECT category_id, product_count FROM category_product_counts WHERE category_id = ANY(${ids})`;
    expect(new Map(rows.map((row) => [row['category_id'], row['product_count']]))).toEqual(
      new Map(ids.slice(1).map((id) => [id, 6])),
    );
    expect(rows).toHaveLength(4);
    const wrong = await sql`
      SELECT category_id FROM (
        SELECT category_id, 1 AS products FROM products WHERE is_active AND NOT is_deleted AND is_group_primary
        UNION ALL SELECT category_id, -product_count FROM category_product_counts) AS compared
       GROUP BY category_id HAVING sum(products) <> 0`;
    expect(wrong).toEqual([]);
  });
});
