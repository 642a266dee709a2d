/** A range of prices, both ends included, as decimal strings, and how many products are in it. */
export interface PriceBand {
  min: string;
  max: string;
  count: number;
}

/** How many products have a price from `priceSteps[step]` up to, without it, the next one. */
export interface StepCount {
  step: number;
  count: number;
}

const mostBands = 5;

/** Round amounts in whole units of the currency: 0, 1, 2, … 9, 10, 20, … 90, 100, … up to what numeric(10,2) holds. */
export const priceSteps: readonly number[] = [0, 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7].flatMap((power) =>
  power === 0 ? [0] : [1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => digit * power),
);

/**
 * At most five bands between round bounds, without gaps and none of them empty, from the lowest to the highest price
 * that there is: those of the steps, of which two neighbours with few products become one until that is so.
 */
export function priceBands(counts: readonly StepCount[]): PriceBand[] {
  const filled = counts.filter(({ count }) => count > 0).map(({ step }) => step);
  if (filled.length === 0) return [];
  const countOf = new Map(counts.map(({ step, count }) => [step, count]));
  const first = Math.min(...filled);
  const bands = Array.from({ length: Math.max(...filled) - first + 1 }, (_, offset) => {
    const step = first + offset;
    return { from: step, to: step + 1, count: countOf.get(step) ?? 0 };
  });
  for (;;) {
    const { index, weight } = lightestPair(bands.map(({ count }) => count));
    if (bands.length <= mostBands && weight > 0) break;
    const [left, right] = bands.splice(index, 2);
    if (left && right) bands.splice(index, 0, { from: left.from, to: right.to, count: left.count + right.count });
  }
  return bands.map(({ from, to, count }) => ({ min: bound(from), max: lastBefore(to), count }));
}

/** The first pair of neighbours whose counts have the smallest product: 0 if one is empty, infinite if there is none. */
function lightestPair(counts: number[]): { index: number; weight: number } {
  const weights = counts.slice(1).map((count, index) => count * (counts[index] ?? 0));
  const weight = Math.min(...weights);
  return { index: weights.indexOf(weight), weight };
}

function bound(step: number): string {
  return `${priceSteps[step] ?? 0}.00`;
}

/** One hundredth less than the step. */
function lastBefore(step: number): string {
  return `${(priceSteps[step] ?? 10 ** 8) - 1}.99`;
}
