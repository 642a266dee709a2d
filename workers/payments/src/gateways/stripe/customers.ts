import type { Stripe } from 'stripe';

/**
 * The customer that holds what a user saves. Nothing but our id of the user is sent. Stripe forgets keys after a day, so
 * that a user can come to have several: each saved method knows its own.
 */
export async function customerOf(stripe: Stripe, userId: string): Promise<string> {
  const { id } = await stripe.customers.create(
    { metadata: { user_id: userId } },
    { idempotencyKey: `customer-${userId}` },
  );
  return id;
}
