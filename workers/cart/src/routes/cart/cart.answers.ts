import { invalid, notFound, Problem } from '#shared/http/problem.ts';

import { type CartItem, emptyContent, MAX_LINES, MAX_QUANTITY, type Refusal } from '../../domain/cart.ts';
import type { Change } from '../../domain/change.ts';
import type { Bindings } from '../../env.ts';
import type { Owner } from '../../owner.ts';
import { changeCart, type ShownCart } from '../../store/carts.ts';
import type { CartAnswer } from './cart.contract.ts';

/** The cart as the API shows it. A user without one is shown an empty one, which has no id and no dates. */
export function presentCart({ user_id, currency }: Owner, { cart, warnings }: ShownCart): CartAnswer {
  const content = cart ?? emptyContent;
  return {
    id: cart?.id ?? null,
    user_id,
    items: content.items.map(presentItem),
    subtotal: content.subtotal,
    discount_amount: content.discount_amount,
    tax_amount: content.tax_amount,
    total_amount: content.total_amount,
    applied_coupons: content.applied_coupons,
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
