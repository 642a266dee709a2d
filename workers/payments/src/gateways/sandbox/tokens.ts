import type { FailureReason } from '../payment-gateway.ts';

/** What becomes of the refunds of a charge. `slow`: a second later; `answer_lost`: at once, but nobody is told. */
export type RefundBehaviour = 'succeed' | 'fail' | 'slow' | 'answer_lost';

/** How the sandbox treats a token: what the charge comes to, after how long, and whether the answer arrives. */
export interface SandboxBehaviour {
  failure_reason: FailureReason | null;
  settles_after_milliseconds: number;
  answer_is_lost: boolean;
  refunds: RefundBehaviour;
}

const charged: SandboxBehaviour = {
  failure_reason: null,
  settles_after_milliseconds: 0,
  answer_is_lost: false,
  refunds: 'succeed',
};

const behaviours = new Map<string, SandboxBehaviour>([
  ['tok_success', charged],
  ['tok_declined', { ...charged, failure_reason: 'card_declined' }],
  ['tok_insufficient_funds', { ...charged, failure_reason: 'insufficient_funds' }],
  ['tok_expired_card', { ...charged, failure_reason: 'expired_card' }],
  ['tok_error', { ...charged, failure_reason: 'gateway_error' }],
  ['tok_timeout', { ...charged, answer_is_lost: true }],
  ['tok_pending_success', { ...charged, settles_after_milliseconds: 1_000 }],
  ['tok_pending_failure', { ...charged, settles_after_milliseconds: 1_000, failure_reason: 'card_declined' }],
  ['tok_refund_failure', { ...charged, refunds: 'fail' }],
  ['tok_refund_pending', { ...charged, refunds: 'slow' }],
  ['tok_refund_timeout', { ...charged, refunds: 'answer_lost' }],
]);

/** The documented test tokens; undefined for any other. */
export function behaviourOf(token: string): SandboxBehaviour | undefined {
  return behaviours.get(token);
}

/** Why the sandbox keeps no card for later. */
export interface SaveRefusal {
  declined: FailureReason;
}

/** A card that is refused at once cannot be kept; one that is refused only later behaves so when it is charged. */
export function refusalToKeep(token: string): SaveRefusal | null {
  const behaviour = behaviourOf(token);
  if (!behaviour) return { declined: 'gateway_error' };
  const { failure_reason, settles_after_milliseconds } = behaviour;
  return failure_reason === null || settles_after_milliseconds > 0 ? null : { declined: failure_reason };
}
