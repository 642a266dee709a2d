import { invalid, notFound, Problem } from '#shared/http/problem.ts';

import { type CartItem, MAX_LINES, MAX_QUANTITY, type Refusal } from '../../domain/cart.ts';
import { MAX_COUPONS } from '../../domain/cart-coupons.ts';
import type { Change } from '../../domain/change.ts';
import type { Bindings } from '../../env.ts';
import type { Owner } from '../../owner.ts';
import { changeCart, type ShownCart } from '../../store/carts.ts';
import type { CartAnswer } from './cart.schemas.ts';

/** The cart as the API shows it. A user without one is shown an empty one, which has no id and no dates. */
export function presentCart({ user_id, currency }: Owner, { cart, warnings }: ShownCart): CartAnswer {
  return {
    id: cart?.id ?? null,
    user_id,
    items: (cart?.items ?? []).map(presentItem),
    subtotal: cart?.subtotal ?? '0.00',
    discount_amount: cart?.discount_amount ?? '0.00',
    tax_amount: cart?.tax_amount ?? '0.00',
    total_amount: cart?.total_amount ?? '0.00',
    applied_coupons: cart?.applied_coupons ?? [],
    currency: cart?.currency ?? currency,
    version: cart?.version ?? 0,
    warnings,
    created_at: cart?.created_at.toISOString() ?? null,
    updated_at: cart?.updated_at.toISOString() ?? null,
    expires_at: cart?.expires_at.toISOString() ?? null,
  };
}

function presentItem(item: CartItem): CartAnswer['items'][number] {
  return {
    product_id: item.product_id,
    product_name: item.product_name,
    product_slug: item.product_slug,
    quantity: item.quantity,
    unit_price: item.unit_price,
    total_price: item.total_price,
    image_url: item.image_url,
    added_at: item.added_at.toISOString(),
  };
}

/** Makes the change, or throws the problem that says why not. */
export async function changed(env: Bindings, owner: Owner, change: Change): Promise<ShownCart> {
  const answer = await changeCart(env, owner, change);
  if (!answer.ok) throw problemOf(answer.refusal);
  return answer;
}

function problemOf(refusal: Refusal): Problem {
  switch (refusal.code) {
    case 'coupon_not_applied':
      return notFound('coupon in the cart');
    case 'coupon_invalid':
      return new Problem(refusal.code, 'Check the code. It names no coupon that can be used now.');
    case 'coupon_expired':
      return new Problem(refusal.code, 'The time in which the coupon could be used is over.');
    case 'coupon_exhausted':
      return new Problem(refusal.code, 'Use another coupon: this one has been used as often as it may be.');
    case 'coupon_minimum_not_met':
      return new Problem(refusal.code, 'Put more into the cart, then apply the coupon again.');
    case 'coupon_limit_reached':
      return new Problem(refusal.code, `Take one of the ${MAX_COUPONS} coupons out of the cart first.`);
    case 'not_in_cart':
      return notFound('product in the cart');
    case 'quantity_too_large':
      return tooMuch('/quantity', `The cart can hold at most ${MAX_QUANTITY} of a product.`);
    case 'too_many_lines':
      return tooMuch('/product_id', `The cart can hold at most ${MAX_LINES} different products.`);
    case 'amount_too_large':
      return tooMuch('/quantity', 'The cart would be worth more than 99999999.99.');
    case 'product_unavailable':
      return new Problem('product_unavailable', 'The product is no longer sold. Take it out of the cart.', {
        members: { items: refusal.items },
      });
    case 'insufficient_stock':
      return new Problem('insufficient_stock', 'Choose a quantity that is available.', {
        members: { items: refusal.items },
      });
  }
}

function tooMuch(pointer: string, message: string): Problem {
  return invalid([{ pointer, code: 'too_big', message }]);
}
