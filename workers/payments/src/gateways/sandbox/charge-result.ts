import type { ChargeResult } from '../payment-gateway.ts';
import type { ToldCharge } from './sandbox-gateway.ts';

/** A charge in the sandbox's words, read as a payment's result. What it keeps is a secret, and so not in `response`. */
export function chargeResultOf({ charge, saved }: ToldCharge): ChargeResult {
  const { id: gateway_transaction_id, status, failure_reason } = charge;
  const response = { ...charge };
  switch (status) {
    case 'succeeded':
      return { outcome: 'succeeded', gateway_transaction_id, response, ...(saved && { saved }) };
    case 'processing':
      return { outcome: 'pending', gateway_transaction_id, response };
    case 'failed':
      return { outcome: 'declined', reason: failure_reason ?? 'gateway_error', gateway_transaction_id, response };
  }
}
