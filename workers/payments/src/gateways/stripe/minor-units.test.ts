import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fromCents, MAX_CENTS } from '#shared/money/money.ts';

import { fromMinorUnits, toMinorUnits } from './minor-units.ts';

describe('toMinorUnits', () => {
  it.each([
    ['19.99', 'USD', 1999],
    ['0.01', 'EUR', 1],
    ['500.00', 'JPY', 500],
    ['500.00', 'KRW', 500],
    ['5.00', 'UGX', 500],
    ['5.00', 'ISK', 500],
    ['10.45', 'HUF', 1045],
    ['10.45', 'TWD', 1045],
    ['5.12', 'KWD', 5120],
    ['0.01', 'TND', 10],
    ['99999999.99', 'USD', 9_999_999_999],
    ['99999999.99', 'BHD', 99_999_999_990],
  ])('writes %s %s as %i', (amount, currency, units) => {
    expect(toMinorUnits(amount, currency)).toBe(units);
  });

  it.each([
    ['10.50', 'JPY'],
    ['0.01', 'VND'],
    ['10.50', 'ISK'],
    ['10.01', 'UGX'],
  ])('refuses %s %s, which does not exist', (amount, currency) => {
    expect(toMinorUnits(amount, currency)).toBeNull();
  });
});

describe('fromMinorUnits', () => {
  it('refuses what two decimals cannot say', () => {
    expect(fromMinorUnits(5124, 'KWD')).toBeNull();
    expect(fromMinorUnits(10.5, 'USD')).toBeNull();
  });

  it('reads back every amount that can be written, and only fractions of whole units cannot', () => {
    const currency = fc.constantFrom('USD', 'EUR', 'INR', 'JPY', 'CLP', 'XPF', 'ISK', 'UGX', 'HUF', 'KWD', 'TND');
    const cents = fc.oneof(
      fc.bigInt({ min: 0n, max: MAX_CENTS }),
      fc.bigInt({ min: 0n, max: MAX_CENTS / 100n }).map((units) => units * 100n),
    );
    fc.assert(
      fc.property(cents, currency, (value, code) => {
        const amount = fromCents(value);
        const units = toMinorUnits(amount, code);
        const isWritten = value % 100n === 0n || !['JPY', 'CLP', 'XPF', 'ISK', 'UGX'].includes(code);
        expect(units === null ? null : fromMinorUnits(units, code)).toBe(isWritten ? amount : null);
      }),
    );
  });
});
