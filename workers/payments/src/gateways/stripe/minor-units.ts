import { fromCents, toCents } from '#shared/money/money.ts';

/** Stripe takes whole units of these (docs.stripe.com/currencies#zero-decimal). */
const zeroDecimal = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '));

/** Thousandths, of which the last digit has to be 0 (docs.stripe.com/currencies#three-decimal). */
const threeDecimal = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);

/** Written with two decimals, both always 0 (docs.stripe.com/currencies#special-cases). */
const twoDecimalsOfZero = new Set(['ISK', 'UGX']);

/** `("19.99", "USD")` → 1999; null where the currency has no such amount: a fraction of a yen is not rounded. */
export function toMinorUnits(amount: string, currency: string): number | null {
  const cents = toCents(amount);
  if (threeDecimal.has(currency)) return Number(cents * 10n);
  if (!zeroDecimal.has(currency) && !twoDecimalsOfZero.has(currency)) return Number(cents);
  if (cents % 100n !== 0n) return null;
  return Number(zeroDecimal.has(currency) ? cents / 100n : cents);
}

/** The reverse: `(1999, "USD")` → `"19.99"`; null where two decimals cannot say it. */
export function fromMinorUnits(units: number, currency: string): string | null {
  if (!Number.isSafeInteger(units)) return null;
  const exact = BigInt(units);
  if (zeroDecimal.has(currency)) return fromCents(exact * 100n);
  if (!threeDecimal.has(currency)) return fromCents(exact);
  return exact % 10n === 0n ? fromCents(exact / 10n) : null;
}
