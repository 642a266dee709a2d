import { expect, it } from 'vitest';

import { storedCard } from './card-details.ts';

const card = { brand: 'visa', last_four: '4242', expiry_month: 12, expiry_year: 2030 };
const stored = { card_brand: 'VISA', card_last_four: '4242', expiry_month: 12, expiry_year: 2030 };

it('keeps what a gateway says of a card', () => {
  expect(storedCard(card)).toEqual(stored);
});

it('has nothing to keep of what is no card', () => {
  expect(storedCard(null)).toEqual({ card_brand: null, card_last_four: null, expiry_month: null, expiry_year: null });
});

it.each([
  [{ brand: 'a brand that is too long' }, { card_brand: null }],
  [{ brand: '' }, { card_brand: null }],
  [{ brand: 'vi\0sa' }, { card_brand: null }],
  [{ last_four: '42421' }, { card_last_four: null }],
  [{ last_four: '42x2' }, { card_last_four: null }],
  [{ expiry_month: 13 }, { expiry_month: null }],
  [{ expiry_month: 0 }, { expiry_month: null }],
  [{ expiry_month: Number.NaN }, { expiry_month: null }],
  [{ expiry_year: 30 }, { expiry_year: null }],
  [{ expiry_year: 2_030.5 }, { expiry_year: null }],
])('leaves out what the columns cannot hold: %j', (change, left) => {
  expect(storedCard({ ...card, ...change })).toEqual({ ...stored, ...left });
});
