import { expect, it } from 'vitest';

import { changedFields } from './product-changes.ts';

const current: { name: string; barcode: string | null; tags: string[]; options: Record<string, string> | null } = {
  name: 'Lamp',
  barcode: '123',
  tags: ['a', 'b'],
  options: { Size: 'S', Colour: 'Red' },
};

it.each([
  [{}, {}],
  [{ name: 'Lamp', barcode: '123', tags: ['a', 'b'], options: { Size: 'S', Colour: 'Red' } }, {}],
  [{ name: undefined, barcode: null }, { barcode: null }],
  [
    { name: 'Light', tags: ['b', 'a'] },
    { name: 'Light', tags: ['b', 'a'] },
  ],
  [{ options: { Colour: 'Red', Size: 'S' } }, { options: { Colour: 'Red', Size: 'S' } }],
  [{ options: null }, { options: null }],
])('%j changes %j', (wanted, expected) => {
  expect(changedFields(current, wanted)).toStrictEqual(expected);
});
