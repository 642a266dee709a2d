const hourMilliseconds = 3_600_000;

/**
 * Stripe keeps an idempotency key for at least 24 hours after its first use (docs.stripe.com/api/idempotent_requests).
 * Beyond this age of an id, its key is not relied on.
 */
export const keyHours = 23;

/**
 * Stripe's search can be an hour behind (docs.stripe.com/api/payment_intents/search). Nothing is made any more after
 * `keyHours`, so from here on search finds all that there is.
 */
export const searchHours = keyHours + 2;

/** How long ago a UUIDv7 was made, in hours: it begins with its time. */
export function ageInHours(id: string, now: Date): number {
  const madeAt = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
  return (now.getTime() - madeAt) / hourMilliseconds;
}
