import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { divideHalfUp, fromCents, spread, sum, toCents, toScaled } from './money.ts';

const cents = fc.bigInt({ min: 0n, max: 9_999_999_999n });

describe('amounts', () => {
  it.each([
    ['0', 0n],
    ['0.5', 50n],
    ['19.99', 1_999n],
    ['007.10', 710n],
    ['99999999.99', 9_999_999_999n],
    ['-0.01', -1n],
  ])('%s is %s cents', (amount, expected) => {
    expect(toCents(amount)).toBe(expected);
  });

  it.each(['', '.5', '1.', '1.234', '1e3', ' 1', '1,00', 'NaN', '٣'])('%j is no amount', (amount) => {
    expect(() => toCents(amount)).toThrow(RangeError);
  });

  it('come back as they went', () => {
    fc.assert(
      fc.property(cents, (amount) => {
        expect(toCents(fromCents(amount))).toBe(amount);
      }),
    );
  });

  it('are written with two decimals', () => {
    expect([0n, 5n, 50n, 100n, -5n, -1_234n].map(fromCents)).toEqual([
      '0.00',
      '0.05',
      '0.50',
      '1.00',
      '-0.05',
      '-12.34',
    ]);
  });
});

describe('divideHalfUp', () => {
  it.each([
    [1n, 2n, 1n],
    [3n, 2n, 2n],
    [149n, 100n, 1n],
    [150n, 100n, 2n],
    [0n, 7n, 0n],
  ])('%s / %s = %s', (numerator, denominator, expected) => {
    expect(divideHalfUp(numerator, denominator)).toBe(expected);
  });
});

describe('toScaled', () => {
  it('reads fractions exactly', () => {
    expect(toScaled('0.0825', 4)).toBe(825n);
    expect(toScaled('0.2', 2)).toBe(20n);
    expect(toScaled('10', 2)).toBe(1_000n);
    expect(() => toScaled('0.123', 2)).toThrow(RangeError);
  });
});

describe('spread', () => {
  it('gives the rest to the largest remainders, the earlier line first', () => {
    expect(spread(100n, [1n, 1n, 1n])).toEqual([34n, 33n, 33n]);
    expect(spread(5n, [30n, 20n, 50n])).toEqual([2n, 1n, 2n]);
    expect(spread(1n, [10n, 90n])).toEqual([0n, 1n]);
  });

  it('adds up, in proportion to within a cent, and never exceeds a line', () => {
    fc.assert(
      fc.property(fc.array(cents, { minLength: 1, maxLength: 20 }), fc.nat(10_000), (weights, share) => {
        const whole = sum(weights);
        const amount = (whole * BigInt(share)) / 10_000n;
        const parts = spread(amount, weights);
        expect(sum(parts)).toBe(amount);
        parts.forEach((part, i) => {
          const weight = weights[i] ?? 0n;
          expect(part).toBeLessThanOrEqual(weight);
          const exact = whole === 0n ? 0n : (amount * weight) / whole;
          expect(part - exact === 0n || part - exact === 1n).toBe(true);
        });
      }),
    );
  });
});
