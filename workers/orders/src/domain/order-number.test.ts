import { expect, it } from 'vitest';

import { newOrderNumber } from './order-number.ts';

it('an order number has the day in UTC, and six characters that cannot be mistaken for one another', () => {
  for (let i = 0; i < 1_000; i++) {
    expect(newOrderNumber(new Date('2026-11-22T23:59:59.999-01:00'))).toMatch(/^ORD-20261123-[0-9A-HJKMNP-TV-Z]{6}$/);
  }
});

it('order numbers of one moment have nothing to do with each other', () => {
  const now = new Date();
  const numbers = Array.from({ length: 2_000 }, () => newOrderNumber(now));
  // Of 2^30, 2,000 have two alike about once in 500 times; three alike are a fault.
  expect(new Set(numbers).size).toBeGreaterThanOrEqual(1_998);
  for (const place of [13, 14, 15, 16, 17, 18]) {
    expect(new Set(numbers.map((number) => number[place])).size).toBe(32);
  }
});
