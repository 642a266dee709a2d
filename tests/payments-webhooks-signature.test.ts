import { createHmac } from 'node:crypto';

import { beforeAll, describe, expect, it } from 'vitest';

import { type Answer, api, expectProblem } from './support/client.ts';
import { newPayment, transaction } from './support/payments.ts';
import { newProduct, shopUrl } from './support/shop.ts';
import {
  kept,
  messageOf,
  send,
  signed,
  toldOf,
  type WebhookMessage,
  webhookPath,
  webhookSecret,
} from './support/webhooks.ts';

let product: Answer['body'];
/** A payment whose outcome is open, and what would settle it. */
let payment: Answer['body'];
let message: WebhookMessage;
let body: string;

beforeAll(async () => {
  product = await newProduct({ price: '20.00', quantity: 1_000 });
  ({ payment } = await newPayment(product.id, 'tok_timeout'));
  message = messageOf(payment);
  body = JSON.stringify(message);
});

async function expectNothing(): Promise<void> {
  expect(await kept(message)).toEqual([]);
  expect(await transaction(payment.id)).toMatchObject({ status: 'PROCESSING' });
  expect(await toldOf(payment.id)).toEqual([]);
}

function post(headers: Record<string, string>, text = body, path = webhookPath): Promise<Answer> {
  return api('POST', path, { body: text, headers });
}

/** The same for bytes that are no text. */
async function postBytes(bytes: Uint8Array<ArrayBuffer>): Promise<{ status: number; code: unknown }> {
  const timestamp = Math.floor(Date.now() / 1_000);
  const hmac = createHmac('sha256', webhookSecret).update(`${timestamp}.`).update(bytes).digest('hex');
  const response = await fetch(new URL(webhookPath, shopUrl()), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sandbox-signature': `t=${timestamp},v1=${hmac}` },
    body: bytes,
  });
  const { code }: { code?: unknown } = JSON.parse(await response.text());
  return { status: response.status, code };
}

describe('the signature', () => {
  const cases: [string, () => Record<string, string>][] = [
    ['none', () => ({})],
    ['an empty one', () => ({ 'sandbox-signature': '' })],
    ['a random one', () => ({ 'sandbox-signature': `t=${Math.floor(Date.now() / 1_000)},v1=${'0'.repeat(64)}` })],
    ['one of another secret', () => signed(body, { secret: 'whsec_other' })],
    ['one of no secret', () => signed(body, { secret: '' })],
    ['one of another body', () => signed(`${body} `)],
    ['one of 6 minutes ago', () => signed(body, { secondsAgo: 360 })],
    ['one of 6 minutes ahead', () => signed(body, { secondsAgo: -360 })],
    ['an old one with a new time', () => withTime(signed(body, { secondsAgo: 360 }))],
    ['two of them', () => ({ 'sandbox-signature': `${signed(body)['sandbox-signature']}, t=1,v1=00` })],
    ['one in the header of another gateway', () => ({ 'stripe-signature': signed(body)['sandbox-signature'] ?? '' })],
  ];

  function withTime(headers: Record<string, string>): Record<string, string> {
    const [, hmac = ''] = (headers['sandbox-signature'] ?? '').split(',');
    return { 'sandbox-signature': `t=${Math.floor(Date.now() / 1_000)},${hmac}` };
  }

  it('is refused in the same words, whatever is wrong with it', async () => {
    const details = new Set<string>();
    for (const [what, headers] of cases) {
      const refused = await post(headers());
      expect(refused.status, what).toBe(401);
      expectProblem(refused, 401, 'unauthorized');
      details.add(refused.body.detail);
    }
    expect([...details]).toHaveLength(1);
    await expectNothing();
  });

  it("of one gateway is nothing at another's", async () => {
    expectProblem(await post(signed(body), body, '/v1/payments/webhooks/stripe'), 401, 'unauthorized');
    await expectNothing();
  });

  it('is looked at before what was sent', async () => {
    expectProblem(await post({}, 'not JSON'), 401, 'unauthorized');
    expectProblem(await post({}, '{"id":1}'), 401, 'unauthorized');
  });

  it('is for exactly these bytes', async () => {
    expectProblem(await post(signed(body), `\uFEFF${body}`), 401, 'unauthorized');
    expectProblem(await post(signed(body), body.replace(':', ': ')), 401, 'unauthorized');
    expect(await postBytes(new Uint8Array([0x7b, 0xff, 0x7d]))).toEqual({ status: 401, code: 'unauthorized' });
    await expectNothing();
    const { payment: other } = await newPayment(product.id, 'tok_timeout');
    const own = messageOf(other);
    const spaced = `\n{ "data" : ${JSON.stringify(own.data, null, 2)},\t"note":"\\u00e9 é 🛒",
      "id":"${own.id}", "type":"payment.succeeded", "created":1795382682 }\r\n`;
    expect((await post(signed(spaced), spaced)).status).toBe(200);
    expect(await transaction(other.id)).toMatchObject({ status: 'SUCCESS' });
  });

  it.each([290, -290])('may be made %i seconds before', async (secondsAgo) => {
    const { payment: other } = await newPayment(product.id, 'tok_timeout');
    const text = JSON.stringify(messageOf(other));
    expect((await post(signed(text, { secondsAgo }), text)).status).toBe(200);
    expect(await transaction(other.id)).toMatchObject({ status: 'SUCCESS' });
  });
});

describe('what is refused beside it', () => {
  it.each(['sandbax', 'SANDBOX', 'x', 'toString'])('a gateway that is none: %s', async (gateway) => {
    expectProblem(await post(signed(body), body, `/v1/payments/webhooks/${gateway}`), 404, 'not_found');
    const large = 'x'.repeat(70_000);
    expectProblem(await post({}, large, `/v1/payments/webhooks/${gateway}`), 404, 'not_found');
    await expectNothing();
  });

  it('more than 64 KiB, signed or not', async () => {
    const large = body.padEnd(64 * 1024 + 1, ' ');
    expectProblem(await post(signed(large), large), 413, 'payload_too_large');
    expectProblem(await post({}, large), 413, 'payload_too_large');
    await expectNothing();
    const { payment: other } = await newPayment(product.id, 'tok_timeout');
    const fitting = JSON.stringify(messageOf(other)).padEnd(64 * 1024, ' ');
    expect((await post(signed(fitting), fitting)).status).toBe(200);
    expect(await transaction(other.id)).toMatchObject({ status: 'SUCCESS' });
  });

  it.each(['', '{', 'null and void'])('signed text that is no JSON: %j', async (text) => {
    expectProblem(await send(text), 400, 'malformed_json');
  });

  it.each([
    ['an array', () => [], ''],
    ['no id', () => ({ type: 'payment.succeeded' }), '/id'],
    ['no type', () => ({ id: 'evt_1' }), '/type'],
    ['no data', () => ({ id: 'evt_1', type: 'payment.succeeded' }), '/data'],
    ['a number for an amount', () => ({ ...message, data: { ...message.data, amount: 20 } }), '/data/amount'],
    [
      'a transaction that is no id',
      () => ({ ...message, data: { ...message.data, transaction_id: '42' } }),
      '/data/transaction_id',
    ],
    [
      'NUL',
      () => ({ ...message, data: { ...message.data, gateway_transaction_id: 'a\0b' } }),
      '/data/gateway_transaction_id',
    ],
  ])('signed JSON that is no event: %s', async (_what, make, pointer) => {
    const refused = await send(JSON.stringify(make()));
    expectProblem(refused, 422, 'validation_failed');
    expect(refused.body.errors).toMatchObject([{ pointer }]);
    await expectNothing();
  });
});
