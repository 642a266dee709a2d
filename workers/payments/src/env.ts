import { z } from 'zod';

import { common, configuration, json, PostgresUrl, text } from '#shared/configuration.ts';
import type { LocalBindings } from '#shared/env.ts';
import type { Queues } from '#shared/events/outbox.ts';
import type { ServiceEnv } from '#shared/http/service.ts';

import { TokenKeySet } from './domain/token-encryption.ts';
import type { SandboxGateway } from './gateways/sandbox/sandbox-gateway.ts';
import { isTestKey } from './gateways/stripe/test-key.ts';

/** Where the sandbox sends its webhooks, and with what it signs them. It sends none unless it has both. */
interface SandboxBindings {
  SANDBOX_WEBHOOK_URL?: string;
  SANDBOX_WEBHOOK_SECRET?: string;
}

/** Set where `PAYMENT_GATEWAY` is `stripe`. `STRIPE_API_URL` is for tests: another server than Stripe's. */
interface StripeBindings {
  STRIPE_SECRET_KEY?: string;
  STRIPE_WEBHOOK_SECRET?: string;
  STRIPE_API_URL?: string;
}

export type Bindings = Omit<PaymentsBindings, 'SANDBOX_GATEWAY'> &
  LocalBindings &
  SandboxBindings &
  StripeBindings & { SANDBOX_GATEWAY: DurableObjectNamespace<SandboxGateway> };
export type PaymentsEnv = ServiceEnv<Bindings>;

/** Where the events of payments go. */
export function queuesOf(env: Bindings): Queues {
  return { orders: env.ORDERS_EVENTS, users: env.USERS_EVENTS };
}

/** Also where something else is wrong, so that all of it is told at once. */
const whateverElse = () => true;

const Configured = z
  .looseObject({
    ...common,
    PAYMENT_GATEWAY: z.enum(['sandbox', 'stripe']),
    DATABASE_URL: PostgresUrl,
    TOKEN_ENCRYPTION_KEYS: json(TokenKeySet),
    SANDBOX_WEBHOOK_SECRET: text.optional(),
    STRIPE_SECRET_KEY: text.optional(),
    STRIPE_WEBHOOK_SECRET: text.optional(),
    STRIPE_API_URL: z.url().optional(),
  })
  .refine((env) => env.PAYMENT_GATEWAY !== 'stripe' || env.STRIPE_SECRET_KEY !== undefined, {
    path: ['STRIPE_SECRET_KEY'],
    when: whateverElse,
  })
  .refine((env) => env.PAYMENT_GATEWAY !== 'stripe' || env.STRIPE_WEBHOOK_SECRET !== undefined, {
    path: ['STRIPE_WEBHOOK_SECRET'],
    when: whateverElse,
  })
  // What moves no money, and what moves it elsewhere, is not for real orders.
  .refine((env) => env.ENVIRONMENT !== 'production' || env.PAYMENT_GATEWAY !== 'sandbox', {
    path: ['PAYMENT_GATEWAY'],
    when: whateverElse,
  })
  .refine((env) => env.ENVIRONMENT !== 'production' || !isTestKey(env.STRIPE_SECRET_KEY ?? ''), {
    path: ['STRIPE_SECRET_KEY'],
    when: whateverElse,
  })
  .refine((env) => env.ENVIRONMENT !== 'production' || env.STRIPE_API_URL === undefined, {
    path: ['STRIPE_API_URL'],
    when: whateverElse,
  });

/** What this worker needs to do anything at all. */
export const configured = configuration('payments', Configured);
