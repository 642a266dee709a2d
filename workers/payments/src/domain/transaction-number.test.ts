import { expect, it } from 'vitest';

import { newTransactionNumber } from './transaction-number.ts';

it('names the day in UTC and 8 characters that cannot be misread', () => {
  const number = newTransactionNumber(new Date('2026-11-22T23:59:59.999Z'));
  expect(number).toMatch(/^TXN-20261122-[0-9A-HJKMNP-TV-Z]{8}$/);
});

it('is another one each time', () => {
  const now = new Date();
  expect(new Set(Array.from({ length: 1_000 }, () => newTransactionNumber(now))).size).toBe(1_000);
});
