import { describe, expect, it } from 'vitest';

import { flattened, treeOf } from './category-tree.ts';

const rows = [
  { id: 'home', parent_id: null, product_count: 1 },
  { id: 'garden', parent_id: null, product_count: 0 },
  { id: 'kitchen', parent_id: 'home', product_count: 2 },
  { id: 'pots', parent_id: 'kitchen', product_count: 4 },
  { id: 'beds', parent_id: 'home', product_count: 8 },
];

describe('treeOf', () => {
  it('counts products of all descendants', () => {
    const counts = flattened(treeOf(rows)).map(({ id, product_count }) => [id, product_count]);
    expect(counts).toEqual([
      ['home', 15],
      ['kitchen', 6],
      ['pots', 4],
      ['beds', 8],
      ['garden', 0],
    ]);
  });

  it('keeps the given order among siblings', () => {
    expect(treeOf(rows)[0]?.children.map(({ id }) => id)).toEqual(['kitchen', 'beds']);
  });
});
