import { expect, it } from 'vitest';

import { settlementOf } from './settlement.ts';

const response = { id: 'gw_1' };

it('settles a charge as SUCCESS', () => {
  expect(settlementOf({ outcome: 'succeeded', gateway_transaction_id: 'gw_1', response })).toEqual({
    status: 'SUCCESS',
    failure_reason: null,
    gateway_transaction_id: 'gw_1',
    gateway_response: response,
  });
});

it('settles a refusal as FAILED with its reason', () => {
  const refusal = { outcome: 'declined', reason: 'expired_card', gateway_transaction_id: null, response } as const;
  expect(settlementOf(refusal)).toEqual({
    status: 'FAILED',
    failure_reason: 'expired_card',
    gateway_transaction_id: null,
    gateway_response: response,
  });
});

it('settles nothing while the outcome is open', () => {
  expect(settlementOf({ outcome: 'pending', gateway_transaction_id: 'gw_1', response })).toBeNull();
  expect(settlementOf({ outcome: 'unknown' })).toBeNull();
});
