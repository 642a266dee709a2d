import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { priceBands, priceSteps } from './price-bands.ts';

const stepOf = (price: number) => priceSteps.findLastIndex((bound) => bound <= price);
const counted = (...prices: number[]) =>
  [...new Set(prices.map(stepOf))].map((step) => ({
    step,
    count: prices.filter((price) => stepOf(price) === step).length,
  }));

describe('price bands', () => {
  it('are none without prices', () => {
    expect(priceBands([])).toEqual([]);
  });

  it('begin and end where prices do, and have no empty ones between', () => {
    expect(priceBands(counted(5, 5.5, 7.5))).toEqual([
      { min: '5.00', max: '6.99', count: 2 },
      { min: '7.00', max: '7.99', count: 1 },
    ]);
    expect(priceBands(counted(0))).toEqual([{ min: '0.00', max: '0.99', count: 1 }]);
    expect(priceBands(counted(99_999_999.99))).toEqual([{ min: '90000000.00', max: '99999999.99', count: 1 }]);
  });

  it('join neighbours with few products, so that five remain', () => {
    const counts = [
      { step: stepOf(1), count: 10 },
      { step: stepOf(2), count: 1 },
      { step: stepOf(3), count: 2 },
      { step: stepOf(10), count: 50 },
      { step: stepOf(20), count: 40 },
      { step: stepOf(900), count: 30 },
    ];
    expect(priceBands(counts)).toEqual([
      { min: '1.00', max: '1.99', count: 10 },
      { min: '2.00', max: '9.99', count: 3 },
      { min: '10.00', max: '19.99', count: 50 },
      { min: '20.00', max: '899.99', count: 40 },
      { min: '900.00', max: '999.99', count: 30 },
    ]);
  });

  it('hold every product once, without gaps, in at most five that are not empty', () => {
    const step = fc.nat({ max: priceSteps.length - 1 });
    const counts = fc.uniqueArray(fc.record({ step, count: fc.integer({ min: 1, max: 1_000 }) }), {
      selector: (each) => each.step,
      minLength: 1,
    });
    fc.assert(
      fc.property(counts, (each) => {
        const bands = priceBands(each);
        expect(bands.length).toBeLessThanOrEqual(5);
        expect(bands.map(({ count }) => count)).not.toContain(0);
        expect(bands.reduce((sum, { count }) => sum + count, 0)).toBe(each.reduce((sum, { count }) => sum + count, 0));
        for (const [index, band] of bands.slice(1).entries()) {
          expect(Number(band.min)).toBe(Math.round(Number(bands[index]?.max) + 0.01));
        }
      }),
    );
  });
});
