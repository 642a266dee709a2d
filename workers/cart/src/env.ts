import { z } from 'zod';

import { common, configuration, count, MongoUri, text } from '#shared/configuration.ts';
import type { LocalBindings } from '#shared/env.ts';
import type { Queues } from '#shared/events/outbox.ts';
import type { ServiceEnv } from '#shared/http/service.ts';

export type Bindings = CartBindings & LocalBindings;
export type CartEnv = ServiceEnv<Bindings>;

export function queuesOf(env: Bindings): Queues {
  return { users: env.USERS_EVENTS };
}

/** What this worker needs to do anything at all. */
export const configured = configuration(
  'cart',
  z.looseObject({
    ...common,
    CURRENCY: text,
    CART_SHARDS: count,
    CUSTOMER_CART_DAYS: count,
    GUEST_CART_DAYS: count,
    MONGODB_URI: MongoUri,
  }),
);
