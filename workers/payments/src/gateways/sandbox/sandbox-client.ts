import { describeError, log } from '#shared/http/log.ts';
import { answerMilliseconds, within } from '#shared/rpc.ts';

import type { PaymentGateway } from '../payment-gateway.ts';
import { chargeResultOf } from './charge-result.ts';
import { refundResultOf } from './refund-result.ts';
import type { SandboxGateway } from './sandbox-gateway.ts';
import { isSigned } from './signature.ts';
import { behaviourOf } from './tokens.ts';
import { readWebhook } from './webhook-message.ts';

/**
 * The sandbox as payments sees it. What throws on the way is an answer that never came. Without a secret for its webhooks
 * none of them is believed.
 */
export function sandboxGateway(sandbox: DurableObjectStub<SandboxGateway>, webhookSecret?: string): PaymentGateway {
  return {
    name: 'sandbox',
    accepts: async (token) => (behaviourOf(token) === undefined ? 'unknown_token' : 'accepted'),
    charge: (order) =>
      orUnknown(async () => {
        const told = await sandbox.charge(order);
        return told === null ? { outcome: 'unknown' } : chargeResultOf(told);
      }),
    retrieve: ({ transaction_id }) =>
      orUnknown(async () => {
        const told = await sandbox.retrieve(transaction_id);
        return told === null ? { outcome: 'not_found' } : chargeResultOf(told);
      }),
    cancel: (payment) => orUnknown(async () => chargeResultOf(await sandbox.abandon(payment))),
    refund: (order) =>
      orUnknown(async () => {
        const refund = await sandbox.refund(order);
        return refund === null ? { outcome: 'unknown' } : refundResultOf(refund);
      }),
    retrieveRefund: ({ refund_id }) =>
      orUnknown(async () => {
        const refund = await sandbox.retrieveRefund(refund_id);
        return refund === null ? { outcome: 'not_found' } : refundResultOf(refund);
      }),
    saveMethod: (order) =>
      orUnknown(async () => {
        const kept = await sandbox.keep(order);
        return 'declined' in kept
          ? { outcome: 'declined', reason: kept.declined }
          : { outcome: 'saved', saved: { ...kept } };
      }),
    forgetMethod: async (reference) => {
      const forgotten = await orUnknown(async () => {
        await sandbox.forget(reference);
        return { outcome: 'forgotten' as const };
      });
      return forgotten.outcome === 'forgotten';
    },
    verifyWebhook: async ({ body, headers }, now) => {
      const signature = headers.get('sandbox-signature') ?? '';
      if (webhookSecret === undefined || !isSigned(body, signature, webhookSecret, now)) return null;
      return readWebhook(body);
    },
  };
}

async function orUnknown<Answer>(ask: () => Promise<Answer>): Promise<Answer | { outcome: 'unknown' }> {
  try {
    return await within(answerMilliseconds, ask());
  } catch (error) {
    log('error', 'gateway does not answer', { gateway: 'sandbox', ...describeError(error) });
    return { outcome: 'unknown' };
  }
}
