import { z } from 'zod';

import { common, configuration, PostgresUrl, text } from '#shared/configuration.ts';
import type { LocalBindings } from '#shared/env.ts';
import type { Queues } from '#shared/events/outbox.ts';
import type { ServiceEnv } from '#shared/http/service.ts';

export type Bindings = ProductsBindings & LocalBindings;
export type ProductsEnv = ServiceEnv<Bindings>;

export function queuesOf(env: Bindings): Queues {
  return { gateway: env.GATEWAY_EVENTS, users: env.USERS_EVENTS };
}

/** What this worker needs to do anything at all. */
export const configured = configuration(
  'products',
  z.looseObject({ ...common, CURRENCY: text, DATABASE_URL: PostgresUrl }),
);
