import { z } from 'zod';

import { at, type Random } from '#tools/seed/random.ts';

import type { Sample, SampleProduct } from './shop.ts';

/** A kind of request; `path` chooses another one of it each time. */
export interface Case {
  name: string;
  path: (shop: { sample: Sample; cursors: Cursors }, random: Random) => string;
}

/** The cursor that the first page of each sort gave. */
export type Cursors = ReadonlyMap<string, string>;

export const sorts = ['-created_at', 'price', '-price', 'name', '-rating'] as const;

export const cases: Case[] = [
  ...sorts.map((sort) => ({ name: `list by ${sort}`, path: () => list({ sort }) })),
  ...sorts.map((sort) => ({ name: `list by ${sort}, deep page`, path: deepPage(sort) })),
  filter('category (leaf)', ({ category }) => ({ category })),
  filter('category (root)', ({ root }) => ({ category: root })),
  filter('category (root) by price', ({ root }) => ({ category: root, sort: 'price' })),
  filter('category (root) by name', ({ root }) => ({ category: root, sort: 'name' })),
  filter('category (root) by -rating', ({ root }) => ({ category: root, sort: '-rating' })),
  filter('price range', priceRange),
  filter('price range by price', (product) => ({ ...priceRange(product), sort: 'price' })),
  filter('in_stock=true', () => ({ in_stock: 'true' })),
  filter('in_stock=false', () => ({ in_stock: 'false' })),
  filter('is_featured=true', () => ({ is_featured: 'true' })),
  filter('rating[gte]', (_, random) => ({ 'rating[gte]': String(random.integer(30, 48) / 10) })),
  filter('category (root), price, in_stock', (product) => ({
    ...priceRange(product),
    category: product.root,
    in_stock: 'true',
  })),
  filter('category (leaf), rating, featured', ({ category }) => ({
    category,
    'rating[gte]': '3',
    is_featured: 'true',
  })),
  search('common word', ({ name }) => word(name, 0)),
  { name: 'search: rare word', path: ({ sample }, random) => list({ q: random.pick(sample.rareWords) }) },
  search('two words', ({ name }) => `${word(name, 0)} ${word(name, 1)}`),
  search('three words', ({ name }) => `${word(name, 0)} ${word(name, 1)} ${word(name, 2)}`),
  search('no such word', (_, random) => `xq${random.integer(1_000, 9_999)}zj`),
  search('prefix', ({ name }, random) => word(name, random.integer(0, 1)).slice(0, 4)),
  search('typo', ({ name }, random) => mistyped(word(name, random.integer(0, 2)), random)),
  {
    name: 'search: typo in a rare word',
    path: ({ sample }, random) => list({ q: mistyped(random.pick(sample.rareWords), random) }),
  },
  filter('search in category (root)', ({ name, root }) => ({ q: word(name, 0), category: root })),
  filter('search by price', ({ name }) => ({ q: word(name, 0), sort: 'price' })),
  { name: 'facets', path: () => list({ include: 'facets' }) },
  filter('facets of a category (leaf)', ({ category }) => ({ include: 'facets', category })),
  filter('facets of a category (root)', ({ root }) => ({ include: 'facets', category: root })),
  filter('facets of a common word', ({ name }) => ({ include: 'facets', q: word(name, 0) })),
  {
    name: 'facets of a rare word',
    path: ({ sample }, random) => list({ include: 'facets', q: random.pick(sample.rareWords) }),
  },
  { name: 'detail by id', path: ({ sample }, random) => `/v1/products/${random.pick(sample.products).id}` },
  { name: 'detail by slug', path: ({ sample }, random) => `/v1/products/${random.pick(sample.products).slug}` },
  { name: 'categories', path: () => '/v1/categories?view=tree' },
];

function filter(name: string, of: (product: SampleProduct, random: Random) => Record<string, string>): Case {
  return { name, path: ({ sample }, random) => list(of(random.pick(sample.products), random)) };
}

function search(name: string, of: (product: SampleProduct, random: Random) => string): Case {
  return filter(`search: ${name}`, (product, random) => ({ q: of(product, random) }));
}

function list(query: Record<string, string>): string {
  return `/v1/products?${new URLSearchParams(query).toString()}`;
}

function priceRange({ price }: SampleProduct): Record<string, string> {
  return { 'price[gte]': (Number(price) * 0.9).toFixed(2), 'price[lte]': (Number(price) * 1.1).toFixed(2) };
}

function word(name: string, index: number): string {
  return at(name.split(' '), index).toLowerCase();
}

/** Two letters that follow each other swapped, or one left out. */
function mistyped(correct: string, random: Random): string {
  const index = random.integer(1, Math.max(1, correct.length - 2));
  const [before, first, second, after] = [
    correct.slice(0, index),
    correct.charAt(index),
    correct.charAt(index + 1),
    correct.slice(index + 2),
  ];
  return random.chance(0.5) ? before + second + first + after : before + second + after;
}

const Cursor = z.looseObject({ list: z.string(), key: z.string(), id: z.string() });

/**
 * A page that begins anywhere in the list: the shop's own cursor of that list, set to another product. A million
 * products cannot be leafed through to get there.
 */
function deepPage(sort: (typeof sorts)[number]): Case['path'] {
  return ({ sample, cursors }, random) => {
    const cursor = cursors.get(sort);
    const product = random.pick(sample.products);
    if (!cursor) return list({ sort });
    const position = Cursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    const moved = { ...position, key: product[keys[sort]], id: product.id };
    return list({ sort, cursor: Buffer.from(JSON.stringify(moved)).toString('base64url') });
  };
}

const keys = {
  '-created_at': 'created_at',
  price: 'price',
  '-price': 'price',
  name: 'name',
  '-rating': 'rating',
} as const;
