import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isProductSlug, slugBase } from './product-slug.ts';

const id = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';

describe('slugBase', () => {
  it.each([
    ['Clay Plant Pot', 'clay-plant-pot'],
    ['Crème brûlée – 2 Stück!', 'creme-brulee-2-stuck'],
    ['陶器の鉢', '陶器の鉢'],
    ['!!!', 'product'],
    [id.toUpperCase(), `product-${id}`],
    [`${'a'.repeat(254)} b`, 'a'.repeat(254)],
    ['a'.repeat(300), 'a'.repeat(255)],
    // A letter beyond the basic plane is not cut in two.
    ['𠮷'.repeat(128), '𠮷'.repeat(127)],
  ])('%s', (name, expected) => {
    expect(slugBase(name)).toBe(expected);
  });

  it('always makes a slug that can stand', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 255 }), (name) => {
        const slug = slugBase(name);
        expect(isProductSlug(slug)).toBe(true);
        expect(slug.length).toBeLessThanOrEqual(255);
      }),
    );
  });
});

describe('isProductSlug', () => {
  it.each(['clay-plant-pot', '2', 'u-boot', '陶器'])('%s can be one', (slug) => {
    expect(isProductSlug(slug)).toBe(true);
  });

  it.each(['', 'Clay', 'clay pot', 'clay--pot', '-clay', 'clay-', 'clay/pot', id])('%j cannot', (slug) => {
    expect(isProductSlug(slug)).toBe(false);
  });
});
