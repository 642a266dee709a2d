import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, inject, test } from 'vitest';

import { api, eventually } from './support/client.ts';
import { newBuyer, newProduct, placeOrder } from './support/shop.ts';

type Line = Record<string, unknown>;

/** The workers' log lines of one request, as an operator would look for them. */
function linesOf(requestId: string): Line[] {
  const log = readFileSync(join(inject('stack').directory, 'workers.log'), 'utf8');
  return log
    .split('\n')
    .filter((line) => line.includes(`"request_id":"${requestId}"`))
    .map((line) => JSON.parse(line.slice(line.indexOf('{'))));
}

const brief = ({ service, message, method, route, status, type }: Line): string =>
  (message === 'request' ? [service, method, route, status] : [service, message, type]).join(' ');

test('one request id leads through the gateway, the service, its events and all who take them', async () => {
  const product = await newProduct({ price: '12.50' });
  const buyer = await newBuyer(product.id);
  const [ordering, paying] = [`follow-${randomUUID()}`, `follow-${randomUUID()}`];

  const order = await placeOrder(buyer, { headers: { 'x-request-id': ordering } });
  expect({ status: order.status, id: order.headers.get('x-request-id') }).toEqual({ status: 201, id: ordering });
  const paid = await api('POST', '/v1/payments', {
    token: buyer.token,
    headers: { 'idempotency-key': randomUUID(), 'x-request-id': paying },
    body: { order_id: order.body.id, payment_method_code: 'CREDIT_CARD', payment_token: 'tok_success' },
  });
  expect(paid.body.status).toBe('SUCCESS');

  await eventually(async () => {
    expect(linesOf(ordering).map(brief)).toEqual(
      expect.arrayContaining(['gateway POST /v1/* 201', 'orders POST /v1/orders 201', 'cart event order.placed']),
    );
    expect(linesOf(paying).map(brief)).toEqual(
      expect.arrayContaining([
        'gateway POST /v1/* 201',
        'payments POST /v1/payments 201',
        'products event order.confirmed',
        'notifications event order.confirmed',
        'orders event payment.succeeded',
      ]),
    );
  });

  const lines = [...linesOf(ordering), ...linesOf(paying)];
  // All of one request belong to one trace (W3C Trace Context), whatever worker wrote them.
  expect(new Set(linesOf(ordering).map(({ traceparent }) => traceparent)).size).toBe(1);
  expect(linesOf(ordering).find(({ service }) => service === 'orders')).toMatchObject({
    level: 'info',
    path: '/v1/orders',
    ms: expect.any(Number),
    db: expect.any(Number),
  });
  const log = JSON.stringify(lines);
  for (const personal of [buyer.email, 'Shopper', '1 Pine Street', '+15035550100']) expect(log).not.toContain(personal);
});

test('a log line names the pattern of the route, and nothing that somebody wrote in its place', async () => {
  const [known, unknown] = [`follow-${randomUUID()}`, `follow-${randomUUID()}`];
  const id = randomUUID();
  await api('GET', `/v1/products/${id}`, { headers: { 'x-request-id': known } });
  await fetch(`${inject('stack').url}/sam@home/x%40y`, { headers: { 'x-request-id': unknown } });

  await eventually(async () => {
    expect(linesOf(known).map(brief)).toEqual(expect.arrayContaining(['products GET /v1/products/:id_or_slug 404']));
    expect(linesOf(unknown)).toMatchObject([
      { service: 'gateway', method: 'GET', route: null, path: '/…/…', status: 404 },
    ]);
  });
});
