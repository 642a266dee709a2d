import { invalid, Problem } from '#shared/http/problem.ts';

import type { PaymentGateway } from './payment-gateway.ts';

/** 422 for a token that the gateway never gave out, 409 for a method that it does not offer. */
export async function requireUsable(gateway: PaymentGateway, token: string, methodCode: string): Promise<void> {
  switch (await gateway.accepts(token, methodCode)) {
    case 'accepted':
      return;
    case 'unknown_token':
      throw invalid([{ pointer: '/payment_token', code: 'unknown_token', message: 'The gateway does not know this.' }]);
    case 'method_unsupported':
      throw new Problem(
        'payment_method_unavailable',
        'The payment gateway does not offer this method. Choose another.',
      );
  }
}
