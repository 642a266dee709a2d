import { randomInt } from 'node:crypto';

/** Crockford's base 32: no I, L, O, U, so that numbers survive being read out. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** `ORD-20261122-7F3K9Q`: the day (UTC) and 30 random bits, so that neither sales nor other orders can be guessed. */
export function newOrderNumber(now: Date): string {
  const day = now.toISOString().slice(0, 10).replaceAll('-', '');
  const code = Array.from({ length: 6 }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
  return `ORD-${day}-${code}`;
}
