import { z } from '@hono/zod-openapi';

import { fromCents, MAX_CENTS, toCents } from '#shared/money/money.ts';

/** An amount in an answer: a decimal string with two decimals, beside a currency. */
export const Money = z
  .string()
  .regex(/^\d{1,8}\.\d{2}$/)
  .openapi({ example: '19.99' });

/** An amount in a request: 0 to 2 decimals, at most what numeric(10,2) holds; read as two decimals. */
export const MoneyInput = z
  .string()
  .regex(/^\d{1,8}(\.\d{1,2})?$/, { error: 'Send a decimal string such as "19.99", at most 99999999.99.' })
  .transform((amount) => fromCents(toCents(amount)))
  .openapi({ type: 'string', pattern: String.raw`^\d{1,8}(\.\d{1,2})?$`, example: '19.99' });

export function fitsNumeric(cents: bigint): boolean {
  return cents <= MAX_CENTS;
}
