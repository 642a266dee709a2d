import { type OpenAPIHono, z } from '@hono/zod-openapi';

import { SandboxWebhook } from '../../workers/payments/src/routes/webhooks/webhooks.contract.ts';

const event = {
  id: 'evt_01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f',
  type: 'payment.succeeded',
  created: 1_795_382_682,
  data: {
    transaction_id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f',
    gateway_transaction_id: 'sandbox_01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e8f',
    amount: '48.57',
    currency: 'USD',
  },
};

const signature = z.object({
  'Sandbox-Signature': z.string().openapi({
    param: { name: 'Sandbox-Signature', in: 'header' },
    description:
      '`t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`, not older than 5 minutes. The secret of a local shop ' +
      'is `whsec_sandbox_local`.',
    example: 't=1795382682,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd',
  }),
});

/**
 * What the payment gateway that comes with the shop sends to `POST /v1/payments/webhooks/sandbox`. Whoever tests a shop
 * can send it just the same.
 */
export function addWebhooks(registry: OpenAPIHono['openAPIRegistry']): void {
  registry.registerWebhook({
    method: 'post',
    path: 'sandboxEvent',
    operationId: 'sendSandboxEvent',
    tags: ['Payments'],
    summary: 'The sandbox gateway tells how a payment or a refund ended',
    description:
      'Sent to `POST /v1/payments/webhooks/sandbox` of the shop about a second after a payment with `tok_pending_success` ' +
      'or `tok_pending_failure`. The shop itself calls nobody. To test, send the message yourself, signed with the same ' +
      'secret.',
    security: [{ sandboxSignature: [] }],
    request: {
      headers: signature,
      body: {
        required: true,
        content: {
          'application/json': {
            schema: SandboxWebhook,
            examples: {
              'payment.succeeded': { summary: 'A payment succeeded', value: event },
              'payment.failed': {
                summary: 'A payment failed',
                value: { ...event, type: 'payment.failed', data: { ...event.data, failure_reason: 'card_declined' } },
              },
              'refund.succeeded': {
                summary: 'Money went back',
                value: { ...event, type: 'refund.succeeded', data: { ...event.data, amount: '9.99' } },
              },
            },
          },
        },
      },
    },
    responses: {
      200: { description: 'Taken, now or before. Anything else makes the gateway send it again.' },
      401: { description: 'The signature is missing, wrong, or too old.' },
    },
  });
}
