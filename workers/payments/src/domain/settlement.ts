import type { ChargeResult, FailureReason } from '../gateways/payment-gateway.ts';
import { storableResponse } from './gateway-response.ts';

/** How a payment ended, as its transaction keeps it. */
export type Settlement = { gateway_transaction_id: string | null; gateway_response: unknown } & (
  | { status: 'SUCCESS'; failure_reason: null }
  | { status: 'FAILED'; failure_reason: FailureReason }
);

/** What a gateway's result settles; null while it is open whether the customer was charged. */
export function settlementOf(result: ChargeResult): Settlement | null {
  switch (result.outcome) {
    case 'succeeded':
      return { status: 'SUCCESS', failure_reason: null, ...stored(result) };
    case 'declined':
      return { status: 'FAILED', failure_reason: result.reason, ...stored(result) };
    case 'pending':
    case 'unknown':
      return null;
  }
}

function stored(result: { gateway_transaction_id: string | null; response: unknown }) {
  return {
    gateway_transaction_id: result.gateway_transaction_id,
    gateway_response: storableResponse(result.response),
  };
}
