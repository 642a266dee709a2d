import { describe, expect, it } from 'vitest';

import { fits, isPaymentMethodId, typesOf } from './methods.ts';

it.each([
  ['CREDIT_CARD', ['card']],
  ['DEBIT_CARD', ['card']],
  ['WALLET', ['card', 'link']],
  ['UPI', undefined],
  ['NET_BANKING', undefined],
  ['constructor', undefined],
])('%s is paid with %j', (code, types) => {
  expect(typesOf(code)).toEqual(types);
});

it.each([
  ['pm_1MtwBwLkdIwHu7ix28a3tqPa', true],
  ['pm_card_visa', true],
  ['pm_', false],
  ['tok_visa', false],
  ['src_1', false],
  ['pm_1/../customers', false],
  ['', false],
])('%j is a payment method: %s', (token, isOne) => {
  expect(isPaymentMethodId(token)).toBe(isOne);
});

describe('fits', () => {
  const shown = { brand: 'visa', last4: '4242', exp_month: 12, exp_year: 2030, wallet: null };
  it.each([
    [{ type: 'card', card: shown }, 'CREDIT_CARD', true],
    [{ type: 'card', card: shown }, 'DEBIT_CARD', true],
    [{ type: 'card', card: shown }, 'WALLET', false],
    [{ type: 'card', card: { ...shown, wallet: { type: 'apple_pay' } } }, 'WALLET', true],
    [{ type: 'link' }, 'WALLET', true],
    [{ type: 'link' }, 'CREDIT_CARD', false],
    [{ type: 'us_bank_account' }, 'CREDIT_CARD', false],
    [{ type: 'upi' }, 'UPI', false],
  ] as const)('%j for %s: %s', (paymentMethod, code, isFit) => {
    expect(fits(paymentMethod, code)).toBe(isFit);
  });
});
