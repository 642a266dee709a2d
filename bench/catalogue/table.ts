import { markdownTable, quantile } from '../statistics.ts';

import type { Result, Results } from './measure.ts';

/**
 * A row for each case: p50 and p99 by size in milliseconds, how many times those of the last size are the ones of the
 * first, and products in an answer, since a full page costs more than an empty one.
 */
export function tableOf(results: Results, sizes: readonly number[]): string {
  const head = [
    'Case',
    ...sizes.map((size) => `${size.toLocaleString('en')}: p50 / p99 ms`),
    'growth of p50',
    'of p99',
    'products',
    'round trips',
  ];
  const rows = [...results].map(([{ name }, bySize]) => {
    const inOrder = sizes.flatMap((size) => bySize.get(size) ?? []);
    return [
      name,
      ...inOrder.map(speedOf),
      growthOf(inOrder, 0.5),
      growthOf(inOrder, 0.99),
      inOrder.map(productsOf).join(' → '),
      inOrder.some(isAnswered) ? String(Math.max(...inOrder.map(({ roundTrips }) => roundTrips))) : '',
    ];
  });
  return markdownTable([head, ...rows]);
}

function isAnswered({ times }: Result): boolean {
  return times.length > 0;
}

/** Beside the times, or instead of them, the statuses that were no success. */
function speedOf(result: Result): string {
  const refusals = [...result.refusals].map((status) => `status ${status}`).join(', ');
  if (!isAnswered(result)) return refusals;
  const [median, tail] = [0.5, 0.99].map((q) => quantile(result.times, q).toFixed(1));
  return `${median} / ${tail}${refusals && `, some ${refusals}`}`;
}

function growthOf(results: readonly Result[], q: number): string {
  const [first, last] = [results[0], results.at(-1)];
  if (!first || !last || !isAnswered(first) || !isAnswered(last)) return '';
  return (quantile(last.times, q) / quantile(first.times, q)).toFixed(2);
}

function productsOf(result: Result): string {
  return isAnswered(result) ? (result.products / result.times.length).toFixed(0) : '–';
}
