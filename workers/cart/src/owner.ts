import type { Actor } from '#shared/auth/access.ts';
import { verifyAccessToken } from '#shared/auth/tokens.ts';

import type { Bindings } from './env.ts';

/**
 * Whose cart it is, and what a new or changed one gets: its currency, how long it lives from then on, and the rate that its
 * tax is estimated with (null: the one that it has).
 */
export interface Owner {
  user_id: string;
  is_guest: boolean;
  currency: string;
  life_days: number;
  tax_rate: string | null;
}

export function customer(env: Bindings, user_id: string): Owner {
  return {
    user_id,
    is_guest: false,
    currency: env.CURRENCY,
    life_days: Number(env.CUSTOMER_CART_DAYS),
    tax_rate: null,
  };
}

export function ownerOf(env: Bindings, { id, roles }: Actor): Owner {
  const owner = customer(env, id);
  return roles.includes('GUEST') ? { ...owner, is_guest: true, life_days: Number(env.GUEST_CART_DAYS) } : owner;
}

/** The id of the guest whose access token this is; null for any other token, and one that has expired. */
export async function guestOf(env: Bindings, cart_token: string): Promise<string | null> {
  const trusted = { publicKeys: env.JWT_PUBLIC_KEYS, issuer: env.JWT_ISSUER };
  const identity = await verifyAccessToken(cart_token, trusted);
  return identity?.roles.includes('GUEST') ? identity.id : null;
}
