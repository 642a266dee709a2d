import type { LocalBindings } from '#shared/env.ts';
import type { Queues } from '#shared/events/outbox.ts';
import type { ServiceEnv } from '#shared/http/service.ts';

export type Bindings = OrdersBindings & LocalBindings;
export type OrdersEnv = ServiceEnv<Bindings>;

export function queuesOf(env: Bindings): Queues {
  return {
    cart: env.CART_EVENTS,
    products: env.PRODUCTS_EVENTS,
    payments: env.PAYMENTS_EVENTS,
    users: env.USERS_EVENTS,
    notifications: env.NOTIFICATIONS_EVENTS,
  };
}
