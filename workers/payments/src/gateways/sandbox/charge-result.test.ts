import { expect, it } from 'vitest';

import { chargeResultOf } from './charge-result.ts';

const charge = { id: 'sandbox_1', transaction_id: 'txn', amount: '19.99', currency: 'USD' };

it('reads a charge that succeeded', () => {
  const response = { ...charge, status: 'succeeded' as const, failure_reason: null };
  expect(chargeResultOf(response)).toEqual({ outcome: 'succeeded', gateway_transaction_id: 'sandbox_1', response });
});

it('reads a charge that failed, with its reason', () => {
  const response = { ...charge, status: 'failed' as const, failure_reason: 'insufficient_funds' as const };
  expect(chargeResultOf(response)).toEqual({
    outcome: 'declined',
    reason: 'insufficient_funds',
    gateway_transaction_id: 'sandbox_1',
    response,
  });
});

it('reads a charge that is still open', () => {
  const response = { ...charge, status: 'processing' as const, failure_reason: null };
  expect(chargeResultOf(response)).toEqual({ outcome: 'pending', gateway_transaction_id: 'sandbox_1', response });
});
