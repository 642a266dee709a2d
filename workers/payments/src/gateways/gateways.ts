import { log } from '#shared/http/log.ts';
import { unavailable } from '#shared/http/problem.ts';

import type { Bindings } from '../env.ts';
import type { PaymentGateway } from './payment-gateway.ts';
import { sandboxGateway } from './sandbox/sandbox-client.ts';
import { stripeGateway } from './stripe/stripe-gateway.ts';
import { isTestKey } from './stripe/test-key.ts';

/** What decides which gateway can be used. */
interface Configuration extends Pick<Bindings, 'STRIPE_SECRET_KEY' | 'STRIPE_WEBHOOK_SECRET' | 'STRIPE_API_URL'> {
  ENVIRONMENT: string;
}

/** The gateway of that name (`PAYMENT_GATEWAY`, `transactions.gateway`). 503 where it must not or cannot be used. */
export function gatewayNamed(env: Bindings, name: string): PaymentGateway {
  const reason = whyUnusable(name, env);
  if (reason !== null) {
    log('error', reason, { gateway: name, environment: env.ENVIRONMENT });
    throw unavailable('Payments are not available. Try again later.');
  }
  if (name === 'sandbox') return sandboxGateway(env.SANDBOX_GATEWAY.getByName('sandbox'), env.SANDBOX_WEBHOOK_SECRET);
  return stripeGateway({
    secret_key: env.STRIPE_SECRET_KEY ?? '',
    webhook_secret: env.STRIPE_WEBHOOK_SECRET ?? '',
    api_url: env.STRIPE_API_URL,
  });
}

/** For the operator; null if the gateway can be used. What moves no money must not be known in production. */
export function whyUnusable(name: string, configuration: Configuration): string | null {
  switch (name) {
    case 'sandbox':
      return configuration.ENVIRONMENT === 'production'
        ? 'the sandbox gateway is refused in production: set PAYMENT_GATEWAY'
        : null;
    case 'stripe':
      return whyStripeIsUnusable(configuration);
    default:
      return 'PAYMENT_GATEWAY names no gateway that exists';
  }
}

function whyStripeIsUnusable(configuration: Configuration): string | null {
  const missing = (['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'] as const).filter((name) => !configuration[name]);
  if (missing.length > 0) return `the stripe gateway lacks a secret: set ${missing.join(' and ')}`;
  if (configuration.ENVIRONMENT !== 'production') return null;
  if (configuration.STRIPE_API_URL !== undefined) return 'STRIPE_API_URL is for tests: it is refused in production';
  return isTestKey(configuration.STRIPE_SECRET_KEY ?? '')
    ? "a test key of Stripe's is refused in production: set STRIPE_SECRET_KEY"
    : null;
}
