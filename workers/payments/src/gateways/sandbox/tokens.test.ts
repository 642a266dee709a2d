import { expect, it } from 'vitest';

import { behaviourOf, refusalToKeep } from './tokens.ts';

it.each([
  ['tok_success', null, 0, false, 'succeed'],
  ['tok_declined', 'card_declined', 0, false, 'succeed'],
  ['tok_insufficient_funds', 'insufficient_funds', 0, false, 'succeed'],
  ['tok_expired_card', 'expired_card', 0, false, 'succeed'],
  ['tok_error', 'gateway_error', 0, false, 'succeed'],
  ['tok_timeout', null, 0, true, 'succeed'],
  ['tok_pending_success', null, 1_000, false, 'succeed'],
  ['tok_pending_failure', 'card_declined', 1_000, false, 'succeed'],
  ['tok_refund_failure', null, 0, false, 'fail'],
  ['tok_refund_pending', null, 0, false, 'slow'],
  ['tok_refund_timeout', null, 0, false, 'answer_lost'],
])(
  '%s fails with %s, after %i ms, its answer lost: %s; its refunds %s',
  (token, reason, milliseconds, isLost, refunds) => {
    expect(behaviourOf(token)).toEqual({
      failure_reason: reason,
      settles_after_milliseconds: milliseconds,
      answer_is_lost: isLost,
      refunds,
    });
  },
);

it.each(['', 'tok_unknown', 'TOK_SUCCESS', 'constructor'])('knows no token %j', (token) => {
  expect(behaviourOf(token)).toBeUndefined();
});

it.each([
  ['tok_declined', 'card_declined'],
  ['tok_insufficient_funds', 'insufficient_funds'],
  ['tok_expired_card', 'expired_card'],
  ['tok_error', 'gateway_error'],
  ['tok_unknown', 'gateway_error'],
])('keeps no %s: %s', (token, declined) => {
  expect(refusalToKeep(token)).toEqual({ declined });
});

it.each(['tok_success', 'tok_timeout', 'tok_pending_success', 'tok_pending_failure', 'tok_refund_failure'])(
  'keeps %s',
  (token) => {
    expect(refusalToKeep(token)).toBeNull();
  },
);
