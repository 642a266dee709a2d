import { expect, it } from 'vitest';

import { chargeResultOf } from './charge-result.ts';

const booked = { id: 'sandbox_1', transaction_id: 'txn', amount: '19.99', currency: 'USD' };

it('reads a charge that succeeded', () => {
  const charge = { ...booked, status: 'succeeded' as const, failure_reason: null };
  expect(chargeResultOf({ charge, saved: null })).toEqual({
    outcome: 'succeeded',
    gateway_transaction_id: 'sandbox_1',
    response: charge,
  });
});

it('tells what is kept apart from what may be stored', () => {
  const charge = { ...booked, status: 'succeeded' as const, failure_reason: null };
  const saved = { gateway_customer_id: 'sandbox_cus_1', gateway_token: 'sandbox_pm_1', card: null };
  expect(chargeResultOf({ charge, saved })).toEqual({
    outcome: 'succeeded',
    gateway_transaction_id: 'sandbox_1',
    response: charge,
    saved,
  });
});

it('reads a charge that failed, with its reason', () => {
  const charge = { ...booked, status: 'failed' as const, failure_reason: 'insufficient_funds' as const };
  expect(chargeResultOf({ charge, saved: null })).toEqual({
    outcome: 'declined',
    reason: 'insufficient_funds',
    gateway_transaction_id: 'sandbox_1',
    response: charge,
  });
});

it('reads a charge that is still open', () => {
  const charge = { ...booked, status: 'processing' as const, failure_reason: null };
  expect(chargeResultOf({ charge, saved: null })).toEqual({
    outcome: 'pending',
    gateway_transaction_id: 'sandbox_1',
    response: charge,
  });
});
