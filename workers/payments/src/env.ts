import type { LocalBindings } from '#shared/env.ts';
import type { Queues } from '#shared/events/outbox.ts';
import type { ServiceEnv } from '#shared/http/service.ts';

import type { SandboxGateway } from './gateways/sandbox/sandbox-gateway.ts';

export type Bindings = Omit<PaymentsBindings, 'SANDBOX_GATEWAY'> &
  LocalBindings & { SANDBOX_GATEWAY: DurableObjectNamespace<SandboxGateway> };
export type PaymentsEnv = ServiceEnv<Bindings>;

/** Where the events of payments go. */
export function queuesOf(env: Bindings): Queues {
  return { orders: env.ORDERS_EVENTS, users: env.USERS_EVENTS };
}
