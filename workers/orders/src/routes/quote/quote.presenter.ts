import type { z } from '@hono/zod-openapi';

import type { CouponTerms } from '#shared/contracts/cart.ts';
import { fromCents } from '#shared/money/money.ts';

import type { Charges } from '../../store/charges.ts';
import { type PricedOrder, priceOrder } from '../checkout/draft.ts';
import type { Quote } from './quote.contract.ts';

export function presentQuote(
  { lines, totals, method, taxRate }: PricedOrder,
  { charges, coupons, currency }: { charges: Charges; coupons: CouponTerms[]; currency: string },
): z.infer<typeof Quote> {
  const offered = charges.methods.flatMap(({ code, name }) => {
    const priced = priceOrder(lines, charges, code, coupons);
    return priced ? [{ code, name, amount: priced.totals.shipping }] : [];
  });
  offered.sort((a, b) => (a.amount === b.amount ? (a.code < b.code ? -1 : 1) : a.amount < b.amount ? -1 : 1));
  return {
    items: lines.map((line, i) => ({
      product_id: line.product_id,
      product_name: line.name,
      product_sku: line.sku,
      quantity: line.quantity,
      unit_price: line.unit_price,
      total_price: fromCents(totals.lines[i]?.total ?? 0n),
      discount_amount: fromCents(totals.lines[i]?.discount ?? 0n),
      tax_amount: fromCents(totals.lines[i]?.tax ?? 0n),
    })),
    subtotal: fromCents(totals.subtotal),
    discount_amount: fromCents(totals.discount),
    tax_amount: fromCents(totals.tax),
    tax_rate: taxRate,
    shipping_amount: fromCents(totals.shipping),
    total_amount: fromCents(totals.total),
    currency,
    applied_coupons: totals.coupons.map(({ code, discount }) => ({
      coupon_code: code,
      discount_amount: fromCents(discount),
    })),
    shipping_method: { code: method.code, name: method.name },
    shipping_methods: offered.map(({ code, name, amount }) => ({ code, name, amount: fromCents(amount) })),
  };
}
