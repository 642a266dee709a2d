import type { FailureReason } from '../payment-gateway.ts';

/** How the sandbox treats a token: what the charge comes to, after how long, and whether the answer arrives. */
export interface SandboxBehaviour {
  failure_reason: FailureReason | null;
  settles_after_milliseconds: number;
  answer_is_lost: boolean;
}

const charged: SandboxBehaviour = { failure_reason: null, settles_after_milliseconds: 0, answer_is_lost: false };

const behaviours = new Map<string, SandboxBehaviour>([
  ['tok_success', charged],
  ['tok_declined', { ...charged, failure_reason: 'card_declined' }],
  ['tok_insufficient_funds', { ...charged, failure_reason: 'insufficient_funds' }],
  ['tok_expired_card', { ...charged, failure_reason: 'expired_card' }],
  ['tok_error', { ...charged, failure_reason: 'gateway_error' }],
  ['tok_timeout', { ...charged, answer_is_lost: true }],
  ['tok_pending_success', { ...charged, settles_after_milliseconds: 1_000 }],
  ['tok_pending_failure', { ...charged, settles_after_milliseconds: 1_000, failure_reason: 'card_declined' }],
]);

/** The documented test tokens; undefined for any other. */
export function behaviourOf(token: string): SandboxBehaviour | undefined {
  return behaviours.get(token);
}
