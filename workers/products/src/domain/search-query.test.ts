import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { mostWords, searchCode, searchWords } from './search-query.ts';

describe('the words of a search', () => {
  it.each([
    ['Copper light', 'Copper light'],
    ['  copper,\tlight!  ', 'copper light'],
    ['T-Shirt (XL)', 'T Shirt XL'],
    ["men's & women's", 'men s women s'],
    ['ABC-123/4', 'ABC 123 4'],
    ['café Ünïcode', 'café Ünïcode'],
    ['cafe\u0301', 'cafe\u0301'],
    ['हिन्दी 日本語', 'हिन्दी 日本語'],
    ["a:* | !b <-> 'c'", 'a b c'],
    ['1 2 3 4 5 6 7 8 9 10 11 12', '1 2 3 4 5 6 7 8 9 10'],
  ])('of "%s" are "%s"', (text, words) => {
    expect(searchWords(text)).toBe(words);
  });

  it.each(['', ' ', '!?', '🙂', '--', "'", '\u0301'])('of "%s" are none', (text) => {
    expect(searchWords(text)).toBeNull();
  });

  it('are at most ten, of letters, digits and accents, and searching for them is the same search', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const words = searchWords(text);
        expect(words === null).toBe(!/[\p{L}\p{N}]/u.test(text));
        expect(words ?? 'none').toMatch(/^[\p{L}\p{N}\p{M}]+( [\p{L}\p{N}\p{M}]+)*$/u);
        expect(words?.split(' ').length ?? 0).toBeLessThanOrEqual(mostWords);
        expect(words === null ? null : searchWords(words)).toBe(words);
      }),
    );
  });
});

describe('the code in a search', () => {
  it.each([
    ['CLAY-POT-LARGE', 'CLAYPOTLARGE'],
    [' clay_pot/large. ', 'claypotlarge'],
    ['clay pot 2', 'claypot2'],
    ['4006381333931', '4006381333931'],
    ['978-3 16', '978316'],
    ['1-2-3-4-5-6-7-8-9-10-11', '1234567891011'],
    ['½', '½'],
  ])('"%s" is "%s"', (text, code) => {
    expect(searchCode(text)).toBe(code);
  });

  it.each(['lamp', '"lamp"', 'oak lamp', 'clay-pot large', '--', ''])('"%s" has none', (text) => {
    expect(searchCode(text)).toBeNull();
  });
});
