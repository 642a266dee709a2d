import { type SQL, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { selectFacets, selectTotal } from '../workers/products/src/store/product-facets.ts';
import { isListed, passes, type ProductFilter } from '../workers/products/src/store/product-filters.ts';
import { selectPage } from '../workers/products/src/store/product-lists.ts';
import type { ProductSort } from '../workers/products/src/store/product-sorts.ts';
import { selectProduct } from '../workers/products/src/store/products.ts';
import { generateCatalogue, type GeneratedCatalogue } from './support/plans.ts';

const limit = 21;
let catalogue: GeneratedCatalogue;
/** Slugs of categories: one with children and theirs, the fullest without children, an ordinary one. */
let root = '';
let fullest = '';
let ordinary = '';

beforeAll(async () => {
  catalogue = await generateCatalogue(100_000, 1_000);
  const [slugs] = await catalogue.query(sql`
    WITH filled AS (
      SELECT category.slug, row_number() OVER (ORDER BY count(*) DESC) AS place
        FROM products product JOIN categories category ON category.id = product.category_id GROUP BY category.slug)
    SELECT (SELECT slug FROM categories WHERE parent_id IS NULL ORDER BY display_order LIMIT 1) AS root,
           (SELECT slug FROM filled WHERE place = 1) AS fullest, (SELECT slug FROM filled WHERE place = 300) AS ordinary`);
  root = String(slugs?.['root']);
  fullest = String(slugs?.['fullest']);
  ordinary = String(slugs?.['ordinary']);
}, 240_000);

afterAll(() => catalogue.drop());

/** The tables that have a row or a few for each category. */
const small = ['categories', 'category_product_counts'];

/** A statement reads no table from end to end but the small ones, and no more than this. */
async function expectReads(statement: SQL, most: { rows: number; entries: number }, label: string): Promise<void> {
  const { rows, entries, scanned } = await catalogue.readsOf(statement);
  expect([label, scanned.filter((table) => !small.includes(table))]).toEqual([label, []]);
  expect(rows, `rows of ${label}`).toBeLessThanOrEqual(most.rows);
  expect(entries, `index entries of ${label}`).toBeLessThanOrEqual(most.entries);
}

const sorts: ProductSort[] = ['-created_at', 'created_at', 'price', '-price', 'name', '-name', '-rating'];
const filters: Record<string, () => ProductFilter> = {
  nothing: () => ({}),
  'an ordinary category': () => ({ category: ordinary }),
  'the fullest category': () => ({ category: fullest }),
  'a root category': () => ({ category: root }),
  'a wide range of prices': () => ({ 'price[gte]': '10', 'price[lte]': '100' }),
  'a narrow range of prices': () => ({ 'price[gte]': '500', 'price[lte]': '510' }),
  'what is in stock': () => ({ in_stock: true }),
  'what is sold out': () => ({ in_stock: false }),
  'what is featured': () => ({ is_featured: true }),
  'a good rating': () => ({ 'rating[gte]': '4' }),
  'the best rating': () => ({ 'rating[gte]': '5' }),
  'featured, sold out': () => ({ is_featured: true, in_stock: false }),
  'featured, well rated, dear': () => ({ is_featured: true, 'rating[gte]': '4.5', 'price[gte]': '100' }),
  'sold out in a root category': () => ({ category: root, in_stock: false }),
  'featured in a root category': () => ({ category: root, is_featured: true }),
  'all at once': () => ({
    category: root,
    is_featured: true,
    in_stock: false,
    'rating[gte]': '5',
    'price[gte]': '900',
    'price[lte]': '950',
  }),
};
const searches: Record<string, string> = {
  'a common word': 'classic',
  'a word common in descriptions': 'comfortable',
  'an ordinary word': 'kayak',
  'two words': 'oak lamp',
  'three words': 'classic oak chair',
  'a rare word': 'crultakesk',
  'a beginning': 'cr',
  'a code': 'VEI-1-829',
  'a slip': 'neckalce',
  'two slips': 'clasic lmap',
  'no word that is there': 'qqqzzzxx',
};

describe('a page', () => {
  it.each(Object.keys(filters))('of %s is read by indexes, in every order', async (name) => {
    const filter = filters[name]?.() ?? {};
    for (const sort of sorts) {
      const statement = selectPage({ filter, sort, after: null, limit });
      await expectReads(statement, { rows: 4_000, entries: 8_000 }, `${name} by ${sort}`);
    }
  });

  it('far behind the first reads no more than that', async () => {
    for (const sort of sorts) {
      for (const filter of [{}, { is_featured: true }, { category: root }]) {
        const [row] = await catalogue.query(sql`${selectPage({ filter, sort, after: null, limit: 1_000 })} OFFSET 999`);
        const after = { key: String(row?.['sort_key']), id: String(row?.['id']) };
        const statement = selectPage({ filter, sort, after, limit });
        await expectReads(statement, { rows: 4_000, entries: 1_000 }, `${JSON.stringify(filter)} by ${sort}`);
      }
    }
  });

  it.each(Object.keys(searches))('of a search for %s is read by indexes', async (name) => {
    const q = searches[name] ?? '';
    for (const sort of ['relevance', 'price', '-created_at'] as const) {
      const statement = selectPage({ filter: { q }, sort, after: null, limit });
      await expectReads(statement, { rows: 4_000, entries: 20_000 }, `${name} by ${sort}`);
    }
  });

  it('of a search for the code of a variant is read by indexes, as are its facets', async () => {
    const [variant] = await catalogue.query(sql`
      SELECT variant.sku, variant.barcode, product.id FROM products variant
        JOIN products product ON product.variant_group_id = variant.variant_group_id AND ${isListed}
       WHERE variant.is_active AND NOT variant.is_group_primary AND variant.barcode IS NOT NULL LIMIT 1`);
    for (const typed of [String(variant?.['sku']), String(variant?.['barcode'])]) {
      const [q, code] = [typed.replaceAll('-', ' '), typed.replaceAll('-', '')];
      for (const sort of ['relevance', 'price', '-created_at'] as const) {
        const statement = selectPage({ filter: { q, code }, sort, after: null, limit });
        await expectReads(statement, { rows: 4_000, entries: 20_000 }, `${q} by ${sort}`);
      }
      const relevant = selectPage({ filter: { q, code }, sort: 'relevance', after: null, limit });
      expect((await catalogue.query(relevant))[0]?.['id']).toBe(variant?.['id']);
      await expectReads(selectFacets({ q, code }), { rows: 5_000, entries: 70_000 }, `facets of ${q}`);
    }
  });

  it.each(Object.keys(filters).slice(1))('of a search within %s is read by indexes', async (name) => {
    for (const q of Object.values(searches)) {
      for (const sort of ['relevance', 'name'] as const) {
        const statement = selectPage({ filter: { ...filters[name]?.(), q }, sort, after: null, limit });
        await expectReads(statement, { rows: 16_000, entries: 120_000 }, `${q} in ${name} by ${sort}`);
      }
    }
  });

  it('of a search has what a plain query finds, wherever it begins', async () => {
    for (const name of [
      'nothing',
      'a root category',
      'what is sold out',
      'a wide range of prices',
      'featured, sold out',
    ]) {
      const filter = filters[name]?.() ?? {};
      for (const q of ['classic', 'comfortable', 'kayak', 'oak lamp', 'cr']) {
        for (const sort of ['relevance', 'price', '-name'] as const) {
          for (const offset of sort === 'relevance' ? [0, 20, 1_000] : [0, 100]) {
            const expected = await plainly({ ...filter, q }, sort, offset);
            const after = offset === 0 ? null : (await plainly({ ...filter, q }, sort, offset - 1))[0];
            if (after === undefined) continue;
            const rows = await catalogue.query(selectPage({ filter: { ...filter, q }, sort, after, limit }));
            const found = rows.map(({ id, sort_key: key }) => ({ key, id }));
            expect([name, q, sort, offset, found]).toEqual([name, q, sort, offset, expected]);
          }
        }
      }
    }
  }, 240_000);
});

/** What a page has, found without any of its ways. */
async function plainly(filter: ProductFilter & { q: string }, sort: 'relevance' | 'price' | '-name', offset: number) {
  const { q, category } = filter;
  const orders = {
    relevance: { key: sql`tier || '|' || rating`, order: sql`tier, rating DESC, id DESC` },
    price: { key: sql`price::text`, order: sql`price, id` },
    '-name': { key: sql`name`, order: sql`name DESC, id DESC` },
  };
  const isInside =
    category === undefined
      ? sql`true`
      : sql`category_id IN (
          WITH RECURSIVE inside AS (
            SELECT id FROM categories WHERE slug = ${category}
            UNION SELECT child.id FROM categories child JOIN inside ON child.parent_id = inside.id)
          SELECT id FROM inside)`;
  const rows = await catalogue.query(sql`
    SELECT ${orders[sort].key} AS key, id FROM (
      SELECT *, CASE WHEN search @@ of_name(product_query(${q}, false)) THEN 1
                     WHEN search @@ of_name(product_query(${q}, true)) THEN 2 ELSE 3 END AS tier
        FROM products product
       WHERE ${passes(filter)} AND ${isInside} AND search @@ product_query(${q}, true)) AS product
     ORDER BY ${orders[sort].order} OFFSET ${offset} LIMIT ${limit}`);
  return rows.map(({ key, id }) => ({ key: String(key), id: String(id) }));
}

describe('facets', () => {
  it.each(Object.keys(filters))('of %s are counted by indexes, and nearly right', async (name) => {
    const filter = filters[name]?.() ?? {};
    await expectReads(selectFacets(filter), { rows: 6_000, entries: 80_000 }, name);
    await expectReads(selectTotal(filter), { rows: 4_000, entries: 80_000 }, `the total of ${name}`);
    const isInside =
      filter.category === undefined ? sql`true` : sql`category_id = ANY(ARRAY(${descendantsOf(filter.category)}))`;
    const [counted] = await catalogue.query(
      sql`SELECT count(*)::int AS total FROM products product WHERE ${passes(filter)} AND ${isInside}`,
    );
    await expectNearly(filter, Number(counted?.['total']));
  });

  it.each(Object.keys(searches))('of a search for %s are counted by indexes, and nearly right', async (name) => {
    const q = searches[name] ?? '';
    await expectReads(selectFacets({ q }), { rows: 5_000, entries: 70_000 }, name);
    const [counted] = await catalogue.query(sql`
      SELECT count(*)::int AS total FROM products product WHERE ${isListed} AND search @@ product_query(${q}, true)`);
    const total = Number(counted?.['total']);
    if (total > 0) await expectNearly({ q }, total);
  });

  async function expectNearly(filter: ProductFilter, total: number): Promise<void> {
    const [row] = await catalogue.query(selectFacets(filter));
    const isExact = row?.['is_total_estimate'] === false;
    const tolerance = isExact ? 0 : 0.3 * total;
    expect(Math.abs(Number(row?.['total']) - total), `${String(row?.['total'])} for ${total}`).toBeLessThanOrEqual(
      tolerance,
    );
    expect([total, isExact || total >= 100]).toEqual([total, true]);
  }
});

function descendantsOf(slug: string): SQL {
  return sql`
    WITH RECURSIVE inside AS (
      SELECT id FROM categories WHERE slug = ${slug}
      UNION SELECT child.id FROM categories child JOIN inside ON child.parent_id = inside.id)
    SELECT id FROM inside`;
}

describe('a product', () => {
  it('is found by its id and its slug', async () => {
    const [row] = await catalogue.query(
      sql`SELECT id, slug FROM products WHERE variant_group_id IS NOT NULL AND is_active LIMIT 1`,
    );
    for (const name of [row?.['id'], row?.['slug']]) {
      await expectReads(selectProduct(String(name)), { rows: 60, entries: 60 }, String(name));
      expect((await catalogue.query(selectProduct(String(name)))).map(({ id }) => id)).toEqual([row?.['id']]);
    }
  });
});
