import type { Actor } from '#shared/auth/access.ts';

import type { Bindings } from './env.ts';

/** Whose cart it is, and what a new or changed one gets: its currency, and how long it lives from then on. */
export interface Owner {
  user_id: string;
  currency: string;
  life_days: number;
}

export function customer(env: Bindings, user_id: string): Owner {
  return { user_id, currency: env.CURRENCY, life_days: Number(env.CUSTOMER_CART_DAYS) };
}

export function ownerOf(env: Bindings, { id, roles }: Actor): Owner {
  const owner = customer(env, id);
  return roles.includes('GUEST') ? { ...owner, life_days: Number(env.GUEST_CART_DAYS) } : owner;
}
