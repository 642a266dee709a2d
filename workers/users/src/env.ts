import type { JWK } from 'jose';
import { z } from 'zod';

import { common, configuration, json, PostgresUrl } from '#shared/configuration.ts';
import type { LocalBindings } from '#shared/env.ts';
import type { Queues } from '#shared/events/outbox.ts';
import type { ServiceEnv } from '#shared/http/service.ts';

export type Bindings = UsersBindings & LocalBindings;
export type UsersEnv = ServiceEnv<Bindings>;

export function queuesOf(env: Bindings): Queues {
  return {
    cart: env.CART_EVENTS,
    products: env.PRODUCTS_EVENTS,
    payments: env.PAYMENTS_EVENTS,
    notifications: env.NOTIFICATIONS_EVENTS,
  };
}

const PrivateKey = z.looseObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  kid: z.string().min(1),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});

/** What this worker needs to do anything at all. */
export const configured = configuration(
  'users',
  z.looseObject({ ...common, DATABASE_URL: PostgresUrl, JWT_PRIVATE_KEY: json(PrivateKey) }),
);

/** What access tokens are signed with. Only this service has the private key, a JWK of ES256 with its `kid`. */
export function signingOf({ JWT_PRIVATE_KEY, JWT_ISSUER }: Bindings): { privateKey: JWK; issuer: string } {
  return { privateKey: PrivateKey.parse(JSON.parse(JWT_PRIVATE_KEY)), issuer: JWT_ISSUER };
}
