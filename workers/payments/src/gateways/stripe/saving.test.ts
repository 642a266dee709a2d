import { expect, it } from 'vitest';

import { saveResultOf } from './saving.ts';

const intent = { status: 'succeeded', payment_method: 'pm_1', last_setup_error: null } as const;

it.each([
  ['requires_action', 'card_declined'],
  ['requires_payment_method', 'gateway_error'],
  ['canceled', 'gateway_error'],
] as const)('reads a setup that ended in %s as a decline', (status, reason) => {
  expect(saveResultOf({ ...intent, status })).toEqual({ outcome: 'declined', reason });
});

it('reads why a setup was declined', () => {
  const last_setup_error = { type: 'card_error', code: 'expired_card' } as const;
  expect(saveResultOf({ ...intent, status: 'requires_payment_method', last_setup_error })).toEqual({
    outcome: 'declined',
    reason: 'expired_card',
  });
});

it.each(['processing', 'requires_confirmation', 'a_status_of_next_year'])('leaves %s open', (status) => {
  expect(saveResultOf({ ...intent, status })).toEqual({ outcome: 'unknown' });
});

it('does not take a method for saved that is not shown', () => {
  expect(saveResultOf(intent)).toEqual({ outcome: 'unknown' });
});
