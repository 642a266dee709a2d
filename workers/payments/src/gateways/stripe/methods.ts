/** All that this shop takes through Stripe: what can be charged by its id alone, without sending the shopper elsewhere. */
export const chargeableTypes = ['card', 'link'];

/**
 * Stripe's types for a method of the seed; undefined where Stripe has none. UPI and net banking need the shopper to act
 * in another app or page, which no token can stand for.
 */
export function typesOf(methodCode: string): string[] | undefined {
  switch (methodCode) {
    case 'CREDIT_CARD':
    case 'DEBIT_CARD':
      return ['card'];
    case 'WALLET':
      return ['card', 'link'];
    default:
      return undefined;
  }
}

/** Whether a token has the form of a payment method's id. The older `tok_…` and `src_…` have no place in intents. */
export function isPaymentMethodId(token: string): boolean {
  return /^pm_[A-Za-z0-9_]{1,250}$/.test(token);
}

/** Cards of Stripe's documentation, such as `pm_card_visa`. They exist in test mode only. */
export function isTestCard(token: string): boolean {
  return token.startsWith('pm_card_');
}

/** Whether a payment method is what the shopper says it is. Apple Pay and Google Pay are cards in a wallet. */
export function fits(
  paymentMethod: { type: string; card?: { wallet: object | null } | undefined },
  methodCode: string,
): boolean {
  if (methodCode === 'WALLET' && paymentMethod.type === 'card') return Boolean(paymentMethod.card?.wallet);
  return typesOf(methodCode)?.includes(paymentMethod.type) ?? false;
}
