import { describe, expect, test } from 'vitest';

import { Country } from './country.ts';

const isCountry = (code: string) => Country.safeParse(code).success;

const letters = 'A B C D E F G H I J K L M N O P Q R S T U V W X Y Z'.split(' ');
const assigned = letters.flatMap((first) => letters.map((second) => first + second)).filter(isCountry);

describe('Country', () => {
  test('knows the 249 assigned codes, all of which have a name', () => {
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    expect(assigned).toHaveLength(249);
    expect(assigned.filter((code) => names.of(code) === undefined)).toEqual([]);
  });

  test.each(['US', 'DE', 'GB', 'AX', 'ZW', 'SS', 'BQ'])('%s is one', (code) => {
    expect(isCountry(code)).toBe(true);
  });

  test.each(['EU', 'UK', 'XK', 'ZZ', 'UN', 'AN', 'us', 'USA', 'U', '', 'US '])('"%s" is none', (code) => {
    expect(isCountry(code)).toBe(false);
  });
});
