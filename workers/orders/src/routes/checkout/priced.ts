import { invalid, Problem } from '#shared/http/problem.ts';
import { fitsNumeric } from '#shared/money/schema.ts';

import { type PricedOrder, priceOrder } from './draft.ts';

/** What `priceOrder` comes to, or the refusal of what cannot be ordered: nobody ships it, or its columns cannot hold it. */
export function pricedOrRefused(...order: Parameters<typeof priceOrder>): PricedOrder {
  const priced = priceOrder(...order);
  if (!priced) throw new Problem('shipping_unavailable', 'Choose a shipping method on offer for this address.');
  // No other amount is greater than both of these.
  const { subtotal, total } = priced.totals;
  if (fitsNumeric(subtotal) && fitsNumeric(total)) return priced;
  throw invalid([{ pointer: '', code: 'amount_too_large', message: 'The amounts are beyond what an order can hold.' }]);
}
