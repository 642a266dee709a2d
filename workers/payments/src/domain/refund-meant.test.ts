import { expect, it } from 'vitest';

import { refundMeant } from './refund-meant.ts';

const refund = (id: string, change = {}) => ({
  id,
  amount: '5.00',
  status: 'PROCESSING' as const,
  gateway_refund_id: null,
  ...change,
});
const paid = refund('paid', { status: 'SUCCESS', gateway_refund_id: 'gw_paid' });
const other = refund('other', { amount: '7.00' });
const refunds = [paid, other, refund('first'), refund('second')];
const news = (refund_id: string | null, gateway_refund_id = 'gw_new', amount = '5.00') => ({
  refund_id,
  amount,
  result: { outcome: 'succeeded' as const, gateway_refund_id },
});

it('is the one of our id, whatever it is', () => {
  expect(refundMeant(refunds, news('second'))?.id).toBe('second');
  expect(refundMeant(refunds, news('paid'))?.id).toBe('paid');
  expect(refundMeant(refunds, news('other'))?.id).toBe('other');
  expect(refundMeant(refunds, news('unknown'))).toBeUndefined();
});

it("is the one of the gateway's id", () => {
  expect(refundMeant(refunds, news(null, 'gw_paid'))?.id).toBe('paid');
});

it('is else the oldest open one of the amount', () => {
  expect(refundMeant(refunds, news(null))?.id).toBe('first');
  expect(refundMeant(refunds, news(null, 'gw_new', '7.00'))?.id).toBe('other');
  expect(refundMeant(refunds, news(null, 'gw_new', '1.00'))).toBeUndefined();
  expect(refundMeant([paid], news(null))).toBeUndefined();
});

it('is the oldest open one too where the gateway names none', () => {
  expect(refundMeant(refunds, { refund_id: null, amount: '5.00', result: { outcome: 'unknown' } })?.id).toBe('first');
});
