import { type Cents, divideHalfUp, spread, sum, toScaled } from '#shared/money/money.ts';

/** A line to be charged. `weight`: kg of one piece as a decimal string with at most two decimals. */
export interface Line {
  unitPrice: Cents;
  quantity: number;
  weight: string | null;
}

export type Coupon =
  | { code: string; type: 'percentage'; /** `"10.00"` = 10 %. */ value: string }
  | { code: string; type: 'fixed_amount'; amount: Cents }
  | { code: string; type: 'free_shipping' };

/** Amounts of a shipping method. `freeOver`: from this subtotal less discount on, shipping is free. */
export interface Shipping {
  baseAmount: Cents;
  perKgAmount: Cents;
  freeOver: Cents | null;
}

export interface Totals {
  lines: { total: Cents; discount: Cents; tax: Cents }[];
  coupons: { code: string; discount: Cents }[];
  subtotal: Cents;
  discount: Cents;
  tax: Cents;
  shipping: Cents;
  total: Cents;
}

/**
 * The totals of a cart, a quote or an order; the one place that computes them.
 * Coupons apply in the order given, each on what the earlier ones left. The discount is spread over the lines, tax is
 * exclusive, per line, on what the discount left; shipping is not taxed. `taxRate`: fraction, `"0.0825"`.
 */
export function totalsOf(order: {
  lines: Line[];
  coupons: Coupon[];
  taxRate: string;
  shipping: Shipping | null;
}): Totals {
  const lineTotals = order.lines.map((line) => line.unitPrice * BigInt(line.quantity));
  const subtotal = sum(lineTotals);
  const coupons = discounts(order.coupons, subtotal);
  const discount = sum(coupons.map((coupon) => coupon.discount));
  const lineDiscounts = spread(discount, lineTotals);
  const rate = toScaled(order.taxRate, 4);
  const lines = lineTotals.map((total, i) => {
    const lineDiscount = lineDiscounts[i] ?? 0n;
    return { total, discount: lineDiscount, tax: divideHalfUp((total - lineDiscount) * rate, 10_000n) };
  });
  const tax = sum(lines.map((line) => line.tax));
  const isFreeByCoupon = order.coupons.some((coupon) => coupon.type === 'free_shipping');
  const shipping =
    order.shipping === null || isFreeByCoupon ? 0n : shippingAmount(order.shipping, order.lines, subtotal - discount);
  return { lines, coupons, subtotal, discount, tax, shipping, total: subtotal - discount + tax + shipping };
}

function discounts(coupons: Coupon[], subtotal: Cents): Totals['coupons'] {
  let left = subtotal;
  return coupons.map((coupon) => {
    const discount = discountOf(coupon, left);
    left -= discount;
    return { code: coupon.code, discount };
  });
}

function discountOf(coupon: Coupon, left: Cents): Cents {
  switch (coupon.type) {
    case 'percentage':
      return divideHalfUp(left * toScaled(coupon.value, 2), 10_000n);
    case 'fixed_amount':
      return coupon.amount < left ? coupon.amount : left;
    case 'free_shipping':
      return 0n;
  }
}

/** Base plus the part by weight, rounded once; nothing from the free-over threshold on. `net`: subtotal less discount. */
export function shippingAmount(shipping: Shipping, lines: Line[], net: Cents): Cents {
  if (shipping.freeOver !== null && net >= shipping.freeOver) return 0n;
  const hundredthsOfKg = sum(lines.map((line) => toScaled(line.weight ?? '0', 2) * BigInt(line.quantity)));
  return shipping.baseAmount + divideHalfUp(shipping.perKgAmount * hundredthsOfKg, 100n);
}
