import { expect, it } from 'vitest';

import { refundResultOf } from './refund-result.ts';

it.each([
  ['succeeded', { outcome: 'succeeded', gateway_refund_id: 're_1' }],
  ['pending', { outcome: 'pending', gateway_refund_id: 're_1' }],
  ['requires_action', { outcome: 'pending', gateway_refund_id: 're_1' }],
  [null, { outcome: 'pending', gateway_refund_id: 're_1' }],
  ['a_status_of_next_year', { outcome: 'pending', gateway_refund_id: 're_1' }],
  ['failed', { outcome: 'failed', gateway_refund_id: 're_1', reason: 'unknown' }],
  ['canceled', { outcome: 'failed', gateway_refund_id: 're_1', reason: 'canceled' }],
])('reads a refund that is %s', (status, result) => {
  expect(refundResultOf({ id: 're_1', status })).toEqual(result);
});

it('tells why a refund failed', () => {
  expect(refundResultOf({ id: 're_1', status: 'failed', failure_reason: 'lost_or_stolen_card' })).toEqual({
    outcome: 'failed',
    gateway_refund_id: 're_1',
    reason: 'lost_or_stolen_card',
  });
});
