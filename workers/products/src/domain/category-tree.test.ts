import { describe, expect, it } from 'vitest';

import { flattened, treeOf, withDescendants } from './category-tree.ts';

const rows = [
  { id: 'pots', parent_id: 'kitchen', product_count: 4 },
  { id: 'home', parent_id: null, product_count: 1 },
  { id: 'garden', parent_id: null, product_count: 0 },
  { id: 'kitchen', parent_id: 'home', product_count: 2 },
  { id: 'beds', parent_id: 'home', product_count: 8 },
  { id: 'lost', parent_id: 'elsewhere', product_count: 16 },
];

/** A chain, each category inside the one before, with one product each. */
const chain = (length: number) =>
  Array.from({ length }, (_, i) => ({ id: `${i}`, parent_id: i === 0 ? null : `${i - 1}`, product_count: 1 }));

describe('treeOf', () => {
  it('counts products of all descendants', () => {
    const counts = flattened(treeOf(rows)).map(({ id, product_count }) => [id, product_count]);
    expect(counts).toEqual([
      ['home', 15],
      ['kitchen', 6],
      ['pots', 4],
      ['beds', 8],
      ['garden', 0],
      ['lost', 16],
    ]);
  });

  it('keeps the given order among siblings', () => {
    const tree = treeOf(rows);
    expect(tree.map(({ id }) => id)).toEqual(['home', 'garden', 'lost']);
    expect(tree[0]?.children.map(({ id }) => id)).toEqual(['kitchen', 'beds']);
  });

  it('leaves the rows as they were', () => {
    const before = structuredClone(rows);
    treeOf(rows);
    expect(rows).toEqual(before);
  });

  it('bears any depth', () => {
    const nodes = flattened(treeOf(chain(100_000)));
    expect(nodes).toHaveLength(100_000);
    expect([nodes[0]?.product_count, nodes.at(-1)?.product_count]).toEqual([100_000, 1]);
  });
});

describe('withDescendants', () => {
  it('keeps the order of the rows', () => {
    expect(withDescendants(rows).map(({ id, product_count }) => [id, product_count])).toEqual([
      ['pots', 4],
      ['home', 15],
      ['garden', 0],
      ['kitchen', 6],
      ['beds', 8],
      ['lost', 16],
    ]);
  });
});
