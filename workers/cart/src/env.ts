import type { LocalBindings } from '#shared/env.ts';
import type { Queues } from '#shared/events/outbox.ts';
import type { ServiceEnv } from '#shared/http/service.ts';

export type Bindings = CartBindings & LocalBindings;
export type CartEnv = ServiceEnv<Bindings>;

export function queuesOf(env: Bindings): Queues {
  return { users: env.USERS_EVENTS };
}
