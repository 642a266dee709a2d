import { log } from '#shared/http/log.ts';
import { unavailable } from '#shared/http/problem.ts';

import type { Bindings } from '../env.ts';
import type { PaymentGateway } from './payment-gateway.ts';
import { sandboxGateway } from './sandbox/sandbox-client.ts';

/** The gateway of that name (`PAYMENT_GATEWAY`, `transactions.gateway`). 503 where it must not or cannot be used. */
export function gatewayNamed(env: Bindings, name: string): PaymentGateway {
  const reason = whyUnusable(name, env.ENVIRONMENT);
  if (reason !== null) {
    log('error', reason, { gateway: name, environment: env.ENVIRONMENT });
    throw unavailable('Payments are not available. Try again later.');
  }
  return sandboxGateway(env.SANDBOX_GATEWAY.getByName('sandbox'));
}

/** For the operator; null if the gateway can be used. The sandbox moves no money, so production must not know it. */
export function whyUnusable(name: string, environment: string): string | null {
  if (name !== 'sandbox') return 'PAYMENT_GATEWAY names no gateway that exists';
  if (environment === 'production') return 'the sandbox gateway is refused in production: set PAYMENT_GATEWAY';
  return null;
}
