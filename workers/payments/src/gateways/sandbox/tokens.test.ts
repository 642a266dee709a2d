import { expect, it } from 'vitest';

import { behaviourOf } from './tokens.ts';

it.each([
  ['tok_success', null, 0, false],
  ['tok_declined', 'card_declined', 0, false],
  ['tok_insufficient_funds', 'insufficient_funds', 0, false],
  ['tok_expired_card', 'expired_card', 0, false],
  ['tok_error', 'gateway_error', 0, false],
  ['tok_timeout', null, 0, true],
  ['tok_pending_success', null, 1_000, false],
  ['tok_pending_failure', 'card_declined', 1_000, false],
])('%s fails with %s, after %i ms, its answer lost: %s', (token, reason, milliseconds, isLost) => {
  expect(behaviourOf(token)).toEqual({
    failure_reason: reason,
    settles_after_milliseconds: milliseconds,
    answer_is_lost: isLost,
  });
});

it.each(['', 'tok_unknown', 'TOK_SUCCESS', 'constructor'])('knows no token %j', (token) => {
  expect(behaviourOf(token)).toBeUndefined();
});
