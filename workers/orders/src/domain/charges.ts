import { type Line, type Shipping, shippingAmount } from '#shared/money/totals.ts';

export interface ShippingMethod extends Shipping {
  code: string;
  name: string;
}

/**
 * The method named, else the cheapest for these lines (equal ones: the first by code). Null if there is none on offer,
 * or the named one is not. `net`: subtotal less discount.
 */
export function chooseShipping(
  offered: ShippingMethod[],
  code: string | undefined,
  lines: Line[],
  net: bigint,
): ShippingMethod | null {
  if (code !== undefined) return offered.find((method) => method.code === code) ?? null;
  const priced = offered.map((method) => ({ method, amount: shippingAmount(method, lines, net) }));
  priced.sort((a, b) =>
    a.amount === b.amount ? (a.method.code < b.method.code ? -1 : 1) : a.amount < b.amount ? -1 : 1,
  );
  return priced[0]?.method ?? null;
}
