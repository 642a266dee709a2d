import type { ChargeResult } from '../payment-gateway.ts';
import type { SandboxCharge } from './sandbox-gateway.ts';

/** A charge in the sandbox's words, read as a payment's result. */
export function chargeResultOf(charge: SandboxCharge): ChargeResult {
  const { id: gateway_transaction_id, status, failure_reason } = charge;
  const response = { ...charge };
  switch (status) {
    case 'succeeded':
      return { outcome: 'succeeded', gateway_transaction_id, response };
    case 'processing':
      return { outcome: 'pending', gateway_transaction_id, response };
    case 'failed':
      return { outcome: 'declined', reason: failure_reason ?? 'gateway_error', gateway_transaction_id, response };
  }
}
