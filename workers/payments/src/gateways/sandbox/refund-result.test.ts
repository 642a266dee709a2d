import { expect, it } from 'vitest';

import { refundResultOf } from './refund-result.ts';

const refund = { id: 'sandbox_re_1', refund_id: 'ref', transaction_id: 'txn', amount: '5.00', currency: 'USD' };

it('reads a refund that succeeded', () => {
  expect(refundResultOf({ ...refund, status: 'succeeded', failure_reason: null })).toEqual({
    outcome: 'succeeded',
    gateway_refund_id: 'sandbox_re_1',
  });
});

it('reads a refund that failed, with its reason', () => {
  expect(refundResultOf({ ...refund, status: 'failed', failure_reason: 'exceeds_charge' })).toEqual({
    outcome: 'failed',
    gateway_refund_id: 'sandbox_re_1',
    reason: 'exceeds_charge',
  });
});

it('reads a refund that is still open', () => {
  expect(refundResultOf({ ...refund, status: 'processing', failure_reason: null })).toEqual({
    outcome: 'pending',
    gateway_refund_id: 'sandbox_re_1',
  });
});
