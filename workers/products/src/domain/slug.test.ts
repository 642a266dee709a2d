import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isSlug, numberedSlug, slugOf } from './slug.ts';

describe('slugOf', () => {
  it.each([
    ['Plant Pots', 'plant-pots'],
    ['  Café & Bar!  ', 'cafe-bar'],
    ['Ünïcödé—Ⅷ', 'unicode-viii'],
    ['日本 茶', '日本-茶'],
    ['ΟΔΟΣ', 'οδος'],
    ['***', ''],
    ['', ''],
  ])('%j → %j', (text, slug) => {
    expect(slugOf(text)).toBe(slug);
  });

  it('makes slugs, whatever the text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => slugOf(text) === '' || isSlug(slugOf(text))));
  });
});

describe('isSlug', () => {
  it.each(['pots', 'plant-pots', 'pots-2', 'café', '日本-茶', '7'])('takes %j', (text) => {
    expect(isSlug(text)).toBe(true);
  });

  it.each(['', 'Pots', '-pots', 'pots-', 'plant--pots', 'plant pots', 'plant_pots', 'pots\n', 'a/b', 'cafe\u0301'])(
    'refuses %j',
    (text) => {
      expect(isSlug(text)).toBe(false);
    },
  );
});

describe('numberedSlug', () => {
  it('counts from the second on', () => {
    expect([1, 2, 3, 10].map((n) => numberedSlug('lamps', n, 100))).toEqual([
      'lamps',
      'lamps-2',
      'lamps-3',
      'lamps-10',
    ]);
  });

  it('keeps within the length, and stays a slug', () => {
    expect([1, 2, 10].map((n) => numberedSlug('plant-pots', n, 8))).toEqual(['plant-po', 'plant-2', 'plant-10']);
    expect(numberedSlug('plant-pots', 1, 6)).toBe('plant');
    // One character outside the basic plane is two in UTF-16.
    expect(numberedSlug('𝒶𝒷𝒸𝒹', 2, 4)).toBe('𝒶𝒷-2');
  });
});
