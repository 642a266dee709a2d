import { z } from 'zod';

import { common, configuration, count, PostgresUrl, text } from '#shared/configuration.ts';
import type { LocalBindings } from '#shared/env.ts';
import type { Queues } from '#shared/events/outbox.ts';
import type { ServiceEnv } from '#shared/http/service.ts';

export type Bindings = OrdersBindings & LocalBindings;
export type OrdersEnv = ServiceEnv<Bindings>;

export function queuesOf(env: Bindings): Queues {
  return {
    orders: env.ORDERS_EVENTS,
    cart: env.CART_EVENTS,
    products: env.PRODUCTS_EVENTS,
    payments: env.PAYMENTS_EVENTS,
    users: env.USERS_EVENTS,
    notifications: env.NOTIFICATIONS_EVENTS,
  };
}

/** What this worker needs to do anything at all. */
export const configured = configuration(
  'orders',
  z.looseObject({ ...common, CURRENCY: text, PAYMENT_DEADLINE_MINUTES: count, DATABASE_URL: PostgresUrl }),
);
