import { describe, expect, it } from 'vitest';
import { ZodError } from 'zod';

import { messageOfCharge, messageOfRefund, readWebhook } from './webhook-message.ts';

const transaction_id = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';
const refund_id = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e7f';
const booked = { transaction_id, amount: '48.57', currency: 'USD', settles_at: 1_795_382_682_900 };
const charge = { ...booked, id: 'sandbox_1', refunds: 'succeed' } as const;
const refund = { ...booked, id: 'sandbox_re_1', refund_id, failure_reason: null };
const data = { transaction_id, gateway_transaction_id: 'sandbox_1', amount: '48.57', currency: 'USD' };

function written(type: string, change = {}, of: object = data): string {
  return JSON.stringify({ id: 'evt_1', type, created: 1_795_382_682, data: { ...of, ...change } });
}

describe('messages', () => {
  it('tells of a charge that succeeded', () => {
    const message = messageOfCharge({ ...charge, failure_reason: null });
    expect(message).toEqual({
      id: expect.stringMatching(/^evt_/),
      type: 'payment.succeeded',
      created: 1_795_382_682,
      data,
    });
    expect(readWebhook(JSON.stringify(message))).toEqual({
      id: message.id,
      type: 'payment.succeeded',
      news: {
        about: 'charge',
        transaction_id,
        amount: '48.57',
        currency: 'USD',
        result: { outcome: 'succeeded', gateway_transaction_id: 'sandbox_1', response: message },
      },
    });
  });

  it('tells of a charge that failed, and why', () => {
    const message = messageOfCharge({ ...charge, failure_reason: 'card_declined' });
    expect(message).toMatchObject({ type: 'payment.failed', data: { ...data, failure_reason: 'card_declined' } });
    expect(readWebhook(JSON.stringify(message)).news).toMatchObject({
      result: { outcome: 'declined', reason: 'card_declined', gateway_transaction_id: 'sandbox_1' },
    });
  });

  it('tells of money that went back', () => {
    const message = messageOfRefund(refund, 'sandbox_1');
    expect(message).toMatchObject({
      type: 'refund.succeeded',
      data: { ...data, refund_id, gateway_refund_id: 'sandbox_re_1' },
    });
    expect(readWebhook(JSON.stringify(message)).news).toEqual({
      about: 'refund',
      refund_id,
      transaction_id,
      amount: '48.57',
      currency: 'USD',
      result: { outcome: 'succeeded', gateway_refund_id: 'sandbox_re_1' },
    });
  });
});

describe('readWebhook', () => {
  it('takes what does not say when it was created', () => {
    expect(readWebhook(JSON.stringify({ id: 'evt_1', type: 'payment.succeeded', data })).news).toMatchObject({
      transaction_id,
    });
  });

  it('takes a failure without a reason', () => {
    expect(readWebhook(written('payment.failed')).news).toMatchObject({ result: { reason: 'gateway_error' } });
  });

  it('takes a refund without our id', () => {
    expect(readWebhook(written('refund.succeeded')).news).toMatchObject({
      refund_id: null,
      result: { gateway_refund_id: 'evt_1' },
    });
  });

  it('reads amounts with two decimals', () => {
    expect(readWebhook(written('payment.succeeded', { amount: '48.5' })).news).toMatchObject({ amount: '48.50' });
  });

  it.each(['payment.pending', 'customer.created'])('knows of nothing to do for %s', (type) => {
    expect(readWebhook(written(type, {}, {}))).toEqual({ id: 'evt_1', type, news: { about: 'nothing' } });
  });

  it.each(['', '{', 'not JSON', '{"id":}'])('refuses %j, which is no JSON', (body) => {
    expect(() => readWebhook(body)).toThrow(SyntaxError);
  });

  it.each([
    ['no object', '[]'],
    ['null', 'null'],
    ['no id', '{"type":"payment.succeeded"}'],
    ['an empty id', '{"id":"","type":"x"}'],
    ['a long id', JSON.stringify({ id: 'x'.repeat(256), type: 'x' })],
    ['an id that no column holds', JSON.stringify({ id: 'evt\0', type: 'x' })],
    ['no data', '{"id":"evt_1","type":"payment.succeeded"}'],
    ['an amount that is a number', written('payment.succeeded', { amount: 48.57 })],
    ['an amount below zero', written('payment.succeeded', { amount: '-48.57' })],
    ['a currency in words', written('payment.succeeded', { currency: 'dollar' })],
    ['a transaction that is no id', written('payment.succeeded', { transaction_id: '42' })],
    ['a gateway id that no column holds', written('payment.succeeded', { gateway_transaction_id: 'a\0' })],
    ['an unknown reason', written('payment.failed', { failure_reason: 'bad_luck' })],
    ['a refund that is no id', written('refund.succeeded', { refund_id: '42' })],
  ])('refuses %s', (_what, body) => {
    expect(() => readWebhook(body)).toThrow(ZodError);
  });
});
