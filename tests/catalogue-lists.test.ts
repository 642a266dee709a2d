import { beforeAll, describe, expect, it } from 'vitest';

import { csv, importCsv, unique } from './support/catalogue.ts';
import { type Answer, api, expectProblem } from './support/client.ts';
import { sqlOf } from './support/databases.ts';

const sql = sqlOf('products');

/** What the tests know of a product: cents, hundredths of a star, stock. `number` is its place by creation. */
interface Known {
  number: number;
  name: string;
  slug: string;
  category: 'root' | 'child' | 'grandchild';
  price: number;
  rating: number;
  quantity: number;
  isBackorder: boolean;
  isFeatured: boolean;
}

/** The same numbers every time, below `max`. */
function numbers(seed: number) {
  let state = seed;
  return (max: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * max);
  };
}

const random = numbers(7);
const pick = <Value>(values: readonly [Value, ...Value[]]): Value => values[random(values.length)] ?? values[0];

const slugs = { root: unique(), child: unique(), grandchild: unique(), empty: unique() };
const known: Known[] = Array.from({ length: 60 }, (_, number) => ({
  number,
  name: `${pick(['Anvil', 'Bucket', 'anvil', 'Żubr'])} ${random(3)}`,
  slug: unique(),
  category: pick(['root', 'child', 'grandchild']),
  price: pick([0, 99, 1_000, 1_050, 1_999, 99_999_999]),
  rating: pick([0, 0, 100, 350, 450, 500]),
  quantity: pick([0, 0, 1, 10, 11, 500]),
  isBackorder: random(3) === 0,
  isFeatured: random(4) === 0,
}));

const decimal = (cents: number) => (cents / 100).toFixed(2);
const hundredths = (text: string) => Math.round(Number(text) * 100);

beforeAll(async () => {
  const { body } = await importCsv(
    csv(
      ...known.map((product) => ({
        Handle: product.slug,
        Title: product.name,
        Type: slugs[product.category],
        'Variant Price': decimal(product.price),
        'Variant Inventory Qty': String(product.quantity),
        'Variant Inventory Policy': product.isBackorder ? 'continue' : 'deny',
      })),
      { Handle: unique(), Title: 'In an empty one', Type: slugs.empty, 'Variant Price': '1', Published: 'false' },
    ),
  );
  if (body.created !== 61) throw new Error(JSON.stringify(body));
  for (const [child, parent] of [
    [slugs.child, slugs.root],
    [slugs.grandchild, slugs.child],
  ]) {
    await sql`UPDATE categories SET parent_id = (SELECT id FROM categories WHERE slug = ${parent}) WHERE slug = ${child}`;
  }
  for (const { slug, rating, isFeatured } of known) {
    await sql`
      UPDATE products SET rating_sum = ${rating / 50}, rating_count = ${rating === 0 ? 0 : 2}, is_featured = ${isFeatured}
       WHERE slug = ${slug}`;
  }
});

interface Filter {
  category: 'root' | 'child' | 'grandchild' | 'empty';
  'price[gte]'?: string;
  'price[lte]'?: string;
  'rating[gte]'?: string;
  in_stock?: string;
  is_featured?: string;
  q?: string;
}

const isIn: Record<Filter['category'], Known['category'][]> = {
  root: ['root', 'child', 'grandchild'],
  child: ['child', 'grandchild'],
  grandchild: ['grandchild'],
  empty: [],
};

function passes(product: Known, filter: Filter): boolean {
  const { q, in_stock, is_featured } = filter;
  return (
    isIn[filter.category].includes(product.category) &&
    product.price >= hundredths(filter['price[gte]'] ?? '0') &&
    product.price <= hundredths(filter['price[lte]'] ?? '99999999') &&
    product.rating >= hundredths(filter['rating[gte]'] ?? '0') &&
    (in_stock === undefined || String(product.quantity > 0) === in_stock) &&
    (is_featured === undefined || String(product.isFeatured) === is_featured) &&
    (q === undefined || product.name.toLowerCase().startsWith(q))
  );
}

const byCodePoint = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const orders: Record<string, (a: Known, b: Known) => number> = {
  created_at: () => 0,
  price: (a, b) => a.price - b.price,
  name: (a, b) => byCodePoint(a.name, b.name),
  rating: (a, b) => a.rating - b.rating,
};

/** Ties go by id, which is the order of creation. */
function inOrder(products: Known[], sort: string): number[] {
  const compare = orders[sort.replace('-', '')] ?? (() => 0);
  const ascending = products.toSorted((a, b) => compare(a, b) || a.number - b.number);
  return (sort.startsWith('-') ? ascending.toReversed() : ascending).map(({ number }) => number);
}

const numberOf = new Map(known.map(({ slug, number }) => [slug, number]));

function pathOf(filter: Filter, query: Record<string, string>): string {
  return `/v1/products?${new URLSearchParams({ ...filter, category: slugs[filter.category], ...query }).toString()}`;
}

/** All pages of a list, by the numbers of its products. */
async function pagesOf(filter: Filter, query: Record<string, string>): Promise<number[][]> {
  const pages: number[][] = [];
  for (let path: string | undefined = pathOf(filter, query); path !== undefined;) {
    const { status, body, headers }: Answer = await api('GET', path);
    expect(status, JSON.stringify(body)).toBe(200);
    pages.push(body.data.map(({ slug }: Answer['body']) => numberOf.get(slug) ?? -1));
    path = /^<(.+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
    expect(body.page.has_more).toBe(path !== undefined);
  }
  return pages;
}

function someFilter(): Filter {
  const [category] = [pick<Filter['category']>(['root', 'root', 'child', 'grandchild', 'empty'])];
  return {
    category,
    ...(random(3) === 0 ? { 'price[gte]': pick(['0', '0.99', '10.5', '20']) } : {}),
    ...(random(3) === 0 ? { 'price[lte]': pick(['0', '10', '19.99', '999999.99']) } : {}),
    ...(random(3) === 0 ? { 'rating[gte]': pick(['0', '1.01', '3.5', '4', '4.5', '5.00']) } : {}),
    ...(random(3) === 0 ? { in_stock: pick(['true', 'false']) } : {}),
    ...(random(3) === 0 ? { is_featured: pick(['true', 'false']) } : {}),
    ...(random(3) === 0 ? { q: pick(['anvil', 'bucket', 'bu']) } : {}),
  };
}

describe('lists', () => {
  it('have what passes every filter, in order, each once, on pages of any length', async () => {
    for (let run = 0; run < 60; run++) {
      const filter = someFilter();
      const sort = pick(['created_at', '-created_at', 'price', '-price', 'name', '-name', '-rating']);
      const limit = 1 + random(20);
      const expected = inOrder(
        known.filter((product) => passes(product, filter)),
        sort,
      );
      const pages = await pagesOf(filter, { sort, limit: String(limit) });
      expect([filter, sort, limit, pages.flat()]).toEqual([filter, sort, limit, expected]);
      expect(pages.map((page) => page.length)).toEqual(
        pages.map((_, i) => Math.min(limit, expected.length - i * limit)),
      );
    }
  });

  it('are answered in one round trip, with whatever else is asked for', async () => {
    const queries: Record<string, string>[] = [
      {},
      { include: 'facets' },
      { include: 'total' },
      { include: 'total,facets', q: 'anvil' },
    ];
    for (const query of queries) {
      const { status, headers } = await api('GET', pathOf({ category: 'root' }, { ...query, limit: '3' }));
      expect([status, headers.get('server-timing')]).toEqual([200, 'db;desc="1"']);
    }
    const { headers } = await api('GET', `/v1/products/${known[0]?.slug}`);
    expect(headers.get('server-timing')).toBe('db;desc="1"');
  });
});

describe('facets', () => {
  it('count everything that passes, by category and availability, and so does the total', async () => {
    for (let run = 0; run < 25; run++) {
      const filter = someFilter();
      const passing = known.filter((product) => passes(product, filter));
      const { body } = await api('GET', pathOf(filter, { include: 'facets,total', limit: '1' }));
      const count = (test: (product: Known) => boolean) => passing.filter(test).length;
      const categories = (['root', 'child', 'grandchild'] as const)
        .map((category) => ({ slug: slugs[category], count: count((product) => product.category === category) }))
        .filter((each) => each.count > 0)
        .toSorted((a, b) => b.count - a.count || byCodePoint(a.slug, b.slug));
      expect([filter, body.page.total, body.page.is_total_estimate]).toEqual([filter, passing.length, false]);
      expect(body.facets).toEqual({
        is_estimate: false,
        categories: categories.map(({ slug, count: size }) => ({
          id: expect.any(String),
          slug,
          name: slug,
          count: size,
        })),
        price: expect.any(Array),
        availability: [
          { status: 'in_stock', count: count(({ quantity }) => quantity > 10) },
          { status: 'low_stock', count: count(({ quantity }) => quantity > 0 && quantity <= 10) },
          { status: 'backorder', count: count(({ quantity, isBackorder }) => quantity === 0 && isBackorder) },
          { status: 'out_of_stock', count: count(({ quantity, isBackorder }) => quantity === 0 && !isBackorder) },
        ].filter((each) => each.count > 0),
      });
      for (const { min, max, count: size } of body.facets.price) {
        const isBetween = ({ price }: Known) => price >= hundredths(min) && price <= hundredths(max);
        expect([filter, min, max, size]).toEqual([filter, min, max, count(isBetween)]);
      }
      expect(body.facets.price.reduce((sum: number, band: { count: number }) => sum + band.count, 0)).toBe(
        passing.length,
      );
    }
  });

  it('are the same on every page, and there only if asked for', async () => {
    const first = (await api('GET', pathOf({ category: 'root' }, { include: 'facets', limit: '50' }))).body;
    const cursor: string = first.page.next_cursor;
    const second = (await api('GET', pathOf({ category: 'root' }, { include: 'facets', limit: '50', cursor }))).body;
    expect(second.data).toHaveLength(10);
    expect(second.facets).toEqual(first.facets);
    expect(Object.keys(first.page)).toEqual(['next_cursor', 'has_more']);
    const bare = (await api('GET', pathOf({ category: 'root' }, { limit: '50', cursor }))).body;
    expect([bare.data, bare.facets]).toEqual([second.data, undefined]);
  });

  it('refuse what they do not know', async () => {
    for (const query of ['include=', 'include=reviews', 'include=facets,', 'include=facets,total,facets%20']) {
      expectProblem(await api('GET', `/v1/products?${query}`), 422, 'validation_failed');
    }
    for (const rating of ['5.01', '6', '-1', '4.555', 'x', '']) {
      expectProblem(await api('GET', `/v1/products?rating[gte]=${rating}`), 422, 'validation_failed');
    }
    expectProblem(await api('GET', '/v1/products?rating[lte]=3'), 400, 'unknown_parameter');
  });
});
