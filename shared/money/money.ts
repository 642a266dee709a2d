/** Amounts in code are integer minor units (cents) as bigint: no float ever touches money. */
export type Cents = bigint;

/** The largest amount that numeric(10,2) holds. */
export const MAX_CENTS: Cents = 9_999_999_999n;

/** `"19.9"` → 1990n. Takes what `Money` accepts: 0 to 2 decimals, and a sign for what a database computed. */
export function toCents(amount: string): Cents {
  const found = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(amount);
  if (!found) throw new RangeError(`Not an amount: ${amount}`);
  const [, sign, units = '0', decimals = ''] = found;
  const cents = BigInt(units) * 100n + BigInt(decimals.padEnd(2, '0'));
  return sign ? -cents : cents;
}

/** 1990n → `"19.90"`. */
export function fromCents(cents: Cents): string {
  const digits = (cents < 0n ? -cents : cents).toString().padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

export function sum(amounts: Cents[]): Cents {
  return amounts.reduce((total, amount) => total + amount, 0n);
}

/** numerator / denominator for values of at least zero, halves up. */
export function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  return (2n * numerator + denominator) / (2n * denominator);
}

/** A decimal string as an integer of 10^-scale units: `("0.0825", 4)` → 825n. */
export function toScaled(decimal: string, scale: number): bigint {
  const found = /^(\d+)(?:\.(\d+))?$/.exec(decimal);
  const [, units = '', decimals = ''] = found ?? [];
  if (!found || decimals.length > scale) throw new RangeError(`Not a decimal of scale ${scale}: ${decimal}`);
  return BigInt(units + decimals.padEnd(scale, '0'));
}

/** Splits an amount in proportion to weights by largest remainder (equal ones: the earlier first), so that parts add up. */
export function spread(amount: Cents, weights: bigint[]): Cents[] {
  const whole = weights.reduce((total, weight) => total + weight, 0n);
  if (whole === 0n) return weights.map(() => 0n);
  const parts = weights.map((weight) => (amount * weight) / whole);
  const byRemainder = weights
    .map((weight, index) => ({ index, remainder: (amount * weight) % whole }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  const missing = Number(amount - sum(parts));
  const topped = new Set(byRemainder.slice(0, missing).map(({ index }) => index));
  return parts.map((part, index) => (topped.has(index) ? part + 1n : part));
}
