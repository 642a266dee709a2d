import { describeError, log } from '#shared/http/log.ts';

import type { PaymentGateway } from '../payment-gateway.ts';
import { chargeResultOf } from './charge-result.ts';
import { refundResultOf } from './refund-result.ts';
import type { SandboxGateway } from './sandbox-gateway.ts';
import { behaviourOf } from './tokens.ts';

/** The sandbox as payments sees it. What throws on the way is an answer that never came. */
export function sandboxGateway(sandbox: DurableObjectStub<SandboxGateway>): PaymentGateway {
  return {
    name: 'sandbox',
    accepts: async (token) => behaviourOf(token) !== undefined,
    charge: (payment) =>
      orUnknown(async () => {
        const charge = await sandbox.charge(payment);
        return charge === null ? { outcome: 'unknown' } : chargeResultOf(charge);
      }),
    retrieve: (transactionId) =>
      orUnknown(async () => {
        const charge = await sandbox.retrieve(transactionId);
        return charge === null ? { outcome: 'not_found' } : chargeResultOf(charge);
      }),
    abandon: (payment) => orUnknown(async () => chargeResultOf(await sandbox.abandon(payment))),
    refund: (order) =>
      orUnknown(async () => {
        const refund = await sandbox.refund(order);
        return refund === null ? { outcome: 'unknown' } : refundResultOf(refund);
      }),
    retrieveRefund: (refundId) =>
      orUnknown(async () => {
        const refund = await sandbox.retrieveRefund(refundId);
        return refund === null ? { outcome: 'not_found' } : refundResultOf(refund);
      }),
  };
}

async function orUnknown<Answer>(ask: () => Promise<Answer>): Promise<Answer | { outcome: 'unknown' }> {
  try {
    return await ask();
  } catch (error) {
    log('error', 'gateway does not answer', { gateway: 'sandbox', ...describeError(error) });
    return { outcome: 'unknown' };
  }
}
