import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { type Answer, api, apiAt, eventually, newShopper } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { gatewayMethods, newOrder, payWith, saved } from './support/saved-methods.ts';
import { linesWithSecrets, refuseLoggedSecrets, secretsInAnswer } from './support/secrets.ts';
import { newProduct } from './support/shop.ts';

const payments = sqlOf('payments');
let product: Answer['body'];

beforeAll(async () => {
  product = await newProduct({ quantity: 100 });
});

/** Each of these is in no answer and in no line. */
const secrets = [
  ['a token of the sandbox', 'tok_pending_success'],
  ['what the sandbox has saved', 'sandbox_pm_01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f'],
  ['what Stripe has saved', 'pm_1MtwBwLkdIwHu7ix28a3tqPa'],
  ['a saved token as it is stored', `v1.01938f6e.${'A'.repeat(16)}.${'b'.repeat(40)}`],
  ['what pays an intent', 'pi_1_secret_2'],
  ['a secret of webhooks', 'whsec_sandbox_local'],
  ['a key of Stripe', 'sk_test_123'],
] as const;

describe('the search for secrets', () => {
  it.each(secrets)('finds %s', (_what, secret) => {
    expect(secretsInAnswer(JSON.stringify({ data: [{ note: secret }] }))).toHaveLength(1);
    const line = JSON.stringify({ level: 'info', message: 'request', detail: `It was ${secret}.` });
    const log = `{"level":"info","message":"request"}\n${line}\n{"level":"info"}`;
    expect(linesWithSecrets(log)).toEqual([line]);
    expect(() => refuseLoggedSecrets(log)).toThrow(secret);
  });

  it('takes a log without any line for a mistake', () => {
    expect(() => refuseLoggedSecrets('')).toThrow('logged nothing');
  });

  describe('is in every request of a test', () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[{"code":"tok_success"}]}');
    });
    afterAll(() => server.close());

    it('which fails by it', async () => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      const asked = apiAt(`http://127.0.0.1:${port}`, 'GET', '/v1/payment-methods');
      await expect(asked).rejects.toThrow('tok_success');
    });
  });
});

/** All lines that the workers have written until now. */
function written(): string {
  return readFileSync(join(inject('stack').directory, 'workers.log'), 'utf8');
}

it('neither tokens nor what they became are in the log of who paid, saved and deleted', async () => {
  const { buyer, order } = await newOrder(product.id);
  const method = await saved(buyer.token);
  const source = { saved_payment_method_id: method.id };
  expect((await payWith(buyer.token, order.id, source)).body.status).toBe('SUCCESS');
  const other = await newOrder(product.id);
  const lost = await payWith(other.buyer.token, other.order.id, { payment_token: 'tok_timeout' });
  expect(lost.body.status).toBe('PROCESSING');
  const refused = await payWith((await newShopper()).token, other.order.id, { payment_token: 'tok_unknown' });
  expect(refused.status).toBe(422);
  const [row] = await payments`SELECT gateway_token FROM user_saved_payment_methods WHERE id = ${method.id}`;
  const [atGateway] = gatewayMethods(buyer.user.id);
  const deleted = await api('DELETE', `/v1/me/payment-methods/${method.id}`, { token: buyer.token });
  expect(deleted.status).toBe(204);

  const id = deleted.headers.get('x-request-id') ?? '';
  const log = await eventually(async () => {
    expect(written()).toContain(id);
    return written();
  });
  for (const path of ['/v1/payments', '/v1/me/payment-methods']) expect(log).toContain(`"path":"${path}"`);
  const own = log.split('\n').filter((line) => !line.startsWith('env.'));
  for (const secret of [row?.['gateway_token'], atGateway?.gateway_token, 'tok_timeout', 'tok_unknown', buyer.token]) {
    expect(String(secret).length).toBeGreaterThan(8);
    expect(own.filter((line) => line.includes(String(secret)))).toEqual([]);
  }
  expect(linesWithSecrets(log)).toEqual([]);
});
