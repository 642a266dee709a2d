import { z } from '@hono/zod-openapi';

import { contract, errors, json } from '#shared/http/contract.ts';
import { Currency, Id } from '#shared/http/values.ts';
import { Money } from '#shared/money/schema.ts';

const KIBIBYTE = 1024;

const example = {
  id: 'evt_01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f',
  type: 'payment.succeeded',
  created: 1795382682,
  data: {
    transaction_id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f',
    gateway_transaction_id: 'sandbox_01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e20',
    amount: '48.57',
    currency: 'USD',
  },
};

/** For the document only: what is signed is bytes, so the gateway's own code reads them. */
export const SandboxWebhook = z
  .object({
    id: z.string().openapi({ description: 'The same for every repetition of the event.' }),
    type: z.string().openapi({ description: '`payment.succeeded`, `payment.failed` or `refund.succeeded`.' }),
    created: z.int().openapi({ description: 'Seconds since 1970.' }),
    data: z.object({
      transaction_id: Id,
      gateway_transaction_id: z.string(),
      amount: Money,
      currency: Currency,
      failure_reason: z.string().optional(),
      refund_id: Id.optional().openapi({ description: 'Without it the oldest open refund of the amount is meant.' }),
      gateway_refund_id: z.string().optional(),
    }),
  })
  .openapi('SandboxWebhook', { example });

/** How a gateway proves that it is the one that calls. */
export const signatures = {
  sandboxSignature: {
    type: 'apiKey',
    in: 'header',
    name: 'Sandbox-Signature',
    description:
      '`t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">` with the shared secret, no more than 5 minutes old.',
  },
  stripeSignature: {
    type: 'apiKey',
    in: 'header',
    name: 'Stripe-Signature',
    description: 'As Stripe documents it, no more than 5 minutes old.',
  },
} as const;

const Received = z.object({ received: z.literal(true) }).openapi('WebhookReceived', { example: { received: true } });

export const receiveWebhook = contract({
  method: 'post',
  path: '/v1/payments/webhooks/{gateway}',
  operationId: 'receiveWebhook',
  tags: ['Payments'],
  summary: 'Tell of a payment, as its gateway',
  description:
    'For payment gateways only. An event is kept before it is acknowledged, and has one effect however often it is sent. ' +
    'One that cannot be applied yet is kept and applied later.',
  security: Object.keys(signatures).map((scheme) => ({ [scheme]: [] })),
  maxBodyBytes: 64 * KIBIBYTE,
  request: {
    params: z.object({
      gateway: z.enum(['sandbox', 'stripe']).openapi({
        param: { name: 'gateway', in: 'path' },
        description: 'Who tells.',
        example: 'sandbox',
      }),
    }),
    body: {
      required: true,
      content: {
        'application/json': {
          // A reference, as a schema would be applied to the body before its signature is checked.
          schema: {
            anyOf: [
              { $ref: '#/components/schemas/SandboxWebhook' },
              { type: 'object', description: 'An Event of Stripe.' },
            ],
          },
          example,
        },
      },
    },
  },
  responses: {
    200: json(Received, 'The event is kept; a repetition changes nothing'),
    ...errors('unauthorized', 'malformed_json', 'validation_failed'),
  },
});
