import type { z } from '@hono/zod-openapi';

import type { CheckoutCart, CouponTerms, RedeemResult } from '#shared/contracts/cart.ts';
import type { ReservedLine, ReserveResult } from '#shared/contracts/products.ts';
import type { AddressOfUser } from '#shared/contracts/users.ts';
import { type Claim, inProgress, isClaimLost } from '#shared/db/idempotency.ts';
import { violates } from '#shared/db/errors.ts';
import { connect } from '#shared/db/postgres.ts';
import type { OutboxEvent } from '#shared/events/events.ts';
import { currentTrace } from '#shared/http/context.ts';
import { invalidReference, Problem } from '#shared/http/problem.ts';
import { dependency } from '#shared/rpc.ts';

import { priceChanges } from '../../domain/prices.ts';
import type { Bindings } from '../../env.ts';
import { findCharges } from '../../store/charges.ts';
import { insertOrder } from '../../store/checkout.ts';
import { presentOrder } from '../orders/order.presenter.ts';
import type { Order } from '../orders/order.schema.ts';
import type { CheckoutInput } from './checkout.contract.ts';
import { unusable } from './coupon-refusal.ts';
import { draftOrder, eventsOf, subtotalOf } from './draft.ts';
import { pricedOrRefused } from './priced.ts';

export interface Checkout {
  claim: Claim;
  input: z.infer<typeof CheckoutInput>;
  cart: CheckoutCart;
  shopper: { email: string | null; addresses: AddressOfUser[] };
}

interface Placed {
  answer: z.infer<typeof Order>;
  events: OutboxEvent[];
}

const orderNumberAttempts = 5;

/**
 * The checkout after its claim: every step is keyed by the order id that the claim fixed, so a repetition repeats
 * nothing. Whatever it throws, nothing but the reservation and the coupons' uses is left to undo.
 */
export async function placeOrder(
  env: Bindings,
  checkout: Checkout,
  reached: (name: string) => Promise<void>,
): Promise<Placed> {
  const { claim, input, cart, shopper } = checkout;
  if (shopper.email === null) throw new Problem('unauthorized', 'This account no longer exists.');
  const shipTo = ownAddress(shopper.addresses, input.shipping_address_id, '/shipping_address_id');
  const billTo = ownAddress(shopper.addresses, input.billing_address_id, '/billing_address_id');
  if (cart.items.length === 0) throw new Problem('cart_empty', 'Put something into the cart first.');

  const lines = cart.items.map(({ product_id, quantity }) => ({ product_id, quantity }));
  const [reserved, charges] = await Promise.all([
    dependency<ReserveResult>(
      'products',
      env.PRODUCTS_SERVICE.reserve(currentTrace(), { order_id: claim.resourceId, lines }),
    ),
    findCharges(connect(env), shipTo),
  ]);
  await reached('checkout.reserved');
  const current = reservedLines(reserved);
  if (!input.accept_price_changes) await refuseNewPrices(env, claim.user_id, cart, current);

  const coupons = await redeemCoupons(env, claim, cart.coupon_codes, current);
  await reached('checkout.redeemed');

  const priced = pricedOrRefused(current, charges, input.shipping_method_code, coupons);
  return insertNumbered(env, claim, cart, (now) =>
    draftOrder({
      claim,
      input,
      email: shopper.email,
      shipTo,
      billTo,
      currency: env.CURRENCY,
      deadlineMinutes: Number(env.PAYMENT_DEADLINE_MINUTES),
      priced,
      now,
    }),
  );
}

function ownAddress(addresses: AddressOfUser[], id: string, pointer: string): AddressOfUser {
  const found = addresses.find((address) => address.id === id);
  if (!found) throw invalidReference(pointer, 'an address');
  return found;
}

function reservedLines(reserved: ReserveResult): ReservedLine[] {
  if (reserved.ok) return reserved.lines;
  switch (reserved.code) {
    case 'insufficient_stock':
      throw new Problem('insufficient_stock', 'Order at most what is available.', {
        members: { items: reserved.items },
      });
    case 'product_unavailable':
      throw new Problem('product_unavailable', 'Take the products named out of the cart.', {
        members: { items: reserved.items },
      });
    case 'reservation_conflict':
      // An earlier attempt died with another cart reserved; undoing this one frees it, the next gets a new order id.
      throw inProgress();
  }
}

/** 409 when a price moved since the cart showed it; the cart takes the new one over, so that it counts as shown. */
async function refuseNewPrices(
  env: Bindings,
  user_id: string,
  cart: CheckoutCart,
  current: ReservedLine[],
): Promise<void> {
  const items = priceChanges(cart.items, current);
  if (items.length === 0) return;
  const prices = items.map(({ product_id, new_price }) => ({ product_id, unit_price: new_price }));
  await dependency('cart', env.CART_SERVICE.reprice(currentTrace(), { user_id, prices }));
  throw new Problem('price_changed', 'Check the new prices and order again, or send accept_price_changes.', {
    members: { items },
  });
}

/** Uses the cart's coupons for the order, at the prices reserved. 409 for one that cannot be used any more. */
async function redeemCoupons(
  env: Bindings,
  claim: Claim,
  coupon_codes: string[],
  lines: ReservedLine[],
): Promise<CouponTerms[]> {
  if (coupon_codes.length === 0) return [];
  const request = { order_id: claim.resourceId, user_id: claim.user_id, coupon_codes, subtotal: subtotalOf(lines) };
  const redeemed = await dependency<RedeemResult>('cart', env.CART_SERVICE.redeemCoupons(currentTrace(), request));
  if (redeemed.ok) return redeemed.coupons;
  throw unusable(redeemed);
}

/** Inserts the order, again under another number should one be taken. */
async function insertNumbered(
  env: Bindings,
  claim: Claim,
  cart: CheckoutCart,
  draft: (now: Date) => ReturnType<typeof draftOrder>,
): Promise<Placed> {
  for (let attempt = 1; ; attempt++) {
    const order = draft(new Date());
    const answer = presentOrder(order, null);
    const events = eventsOf(order, cart);
    const headers = { location: `/v1/orders/${claim.resourceId}` };
    try {
      await insertOrder(connect(env), order, { claim, answer: { status: 201, body: answer, headers }, events });
      return { answer, events };
    } catch (error) {
      if (isClaimLost(error)) throw inProgress();
      if (!violates(error, 'orders_order_number_key') || attempt === orderNumberAttempts) throw error;
    }
  }
}
