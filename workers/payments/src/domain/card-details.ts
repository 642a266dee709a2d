import type { CardDetails } from '../gateways/payment-gateway.ts';

/** A card as `user_saved_payment_methods` keeps it. */
export interface StoredCard {
  card_brand: string | null;
  card_last_four: string | null;
  expiry_month: number | null;
  expiry_year: number | null;
}

/**
 * What a gateway says of a card, as the columns can hold it: brands in capital letters (seed: VISA, MASTERCARD). What they
 * cannot hold is left out, as it is for show only and no payment must fail for it.
 */
export function storedCard(card: CardDetails | null): StoredCard {
  if (!card) return { card_brand: null, card_last_four: null, expiry_month: null, expiry_year: null };
  const { brand, last_four, expiry_month, expiry_year } = card;
  const isMonth = Number.isInteger(expiry_month) && expiry_month >= 1 && expiry_month <= 12;
  const isYear = Number.isInteger(expiry_year) && expiry_year >= 1_000 && expiry_year <= 9_999;
  return {
    card_brand: /^[\x20-\x7e]{1,20}$/.test(brand) ? brand.toUpperCase() : null,
    card_last_four: /^\d{4}$/.test(last_four) ? last_four : null,
    expiry_month: isMonth ? expiry_month : null,
    expiry_year: isYear ? expiry_year : null,
  };
}
