import { connect } from '#shared/db/postgres.ts';
import { log } from '#shared/http/log.ts';

import type { Bindings } from './env.ts';
import { gatewayNamed } from './gateways/gateways.ts';
import type { RefundOrder, RefundResult } from './gateways/payment-gateway.ts';
import type { RefundRow } from './store/refunds.ts';
import { type SettledRefund, settleRefundFailed, settleRefundPaid } from './store/settle-refund.ts';

/** Has the gateway pay a refund back, once however often it is asked, and settles what came of it. */
export async function payBack(env: Bindings, refund: RefundRow): Promise<SettledRefund> {
  return settleRefund(env, refund, await gatewayNamed(env, refund.gateway).refund(orderOf(refund)));
}

/** What a gateway is told of a refund. */
export function orderOf({ id, transaction_id, gateway_transaction_id, amount, currency }: RefundRow): RefundOrder {
  return { refund_id: id, transaction_id, gateway_transaction_id, amount, currency };
}

/** The one way in which a refund ends. A result that leaves the outcome open changes nothing. */
export async function settleRefund(env: Bindings, refund: RefundRow, result: RefundResult): Promise<SettledRefund> {
  const { id: refund_id, transaction_id } = refund;
  switch (result.outcome) {
    case 'pending':
    case 'unknown':
      return { refund, events: [] };
    case 'succeeded':
      return contradiction(await settleRefundPaid(connect(env), refund, result.gateway_refund_id), 'SUCCESS');
    case 'failed':
      log('error', 'the gateway does not pay a refund back', { refund_id, transaction_id, reason: result.reason });
      return contradiction(await settleRefundFailed(connect(env), refund, result.gateway_refund_id), 'FAILED');
  }
}

function contradiction(settled: SettledRefund, gatewaySays: RefundRow['status']): SettledRefund {
  const { id: refund_id, status } = settled.refund;
  if (status !== gatewaySays) {
    log('error', 'the gateway contradicts how the refund was settled', {
      refund_id,
      status,
      gateway_says: gatewaySays,
    });
  }
  return settled;
}
