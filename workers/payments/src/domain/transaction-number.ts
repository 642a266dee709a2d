import { randomBytes } from 'node:crypto';

/** Crockford's base 32: no I, L, O or U, so that it can be read out. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A readable number with 40 random bits, so that nobody guesses another's: `TXN-20261122-9K2M4XQ7` (day in UTC). */
export function newTransactionNumber(now: Date): string {
  const day = now.toISOString().slice(0, 10).replaceAll('-', '');
  const random = [...randomBytes(8)].map((byte) => alphabet.charAt(byte % alphabet.length)).join('');
  return `TXN-${day}-${random}`;
}
