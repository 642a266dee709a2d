import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, created, errors, IdPath, json, jsonBody } from '#shared/http/contract.ts';
import { Id, Timestamp } from '#shared/http/values.ts';

import { PaymentMethodCode } from '../payment-methods/payment-methods.contract.ts';
import { PaymentToken } from '../payments/payments.contract.ts';

const tags = ['Payments'];

/** Seed: user_saved_payment_methods, as its owner may see it. */
const SavedPaymentMethod = z
  .object({
    id: Id,
    payment_method_code: PaymentMethodCode,
    card_brand: z.string().nullable().openapi({ description: 'Null where it is no card, as the next three.' }),
    card_last_four: z.string().nullable(),
    expiry_month: z.int().nullable(),
    expiry_year: z.int().nullable(),
    is_default: z.boolean(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .openapi('SavedPaymentMethod', {
    example: {
      id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e2f',
      payment_method_code: 'CREDIT_CARD',
      card_brand: 'VISA',
      card_last_four: '4242',
      expiry_month: 12,
      expiry_year: 2030,
      is_default: true,
      created_at: '2026-11-22T21:24:42.123Z',
      updated_at: '2026-11-22T21:24:42.123Z',
    },
  });

const SavedPaymentMethodList = z.object({ data: z.array(SavedPaymentMethod) }).openapi('SavedPaymentMethodList');

const SavedPaymentMethodInput = z
  .strictObject({
    payment_method_code: PaymentMethodCode,
    payment_token: PaymentToken,
    is_default: z.boolean().optional().openapi({
      description: 'Takes the place of the default. The only method you have is the default anyway.',
    }),
  })
  .openapi('SavedPaymentMethodInput', {
    example: { payment_method_code: 'CREDIT_CARD', payment_token: 'tok_success', is_default: true },
  });

const SavedPaymentMethodPatch = z
  .strictObject({ is_default: z.boolean() })
  .openapi('SavedPaymentMethodPatch', { example: { is_default: true } });

export const listSavedPaymentMethods = contract({
  method: 'get',
  path: '/v1/me/payment-methods',
  operationId: 'listSavedPaymentMethods',
  tags,
  summary: 'List your saved payment methods',
  description: 'The default first, then the newest. At most 20.',
  ...access.customer,
  responses: { 200: json(SavedPaymentMethodList, 'Your saved payment methods') },
});

export const savePaymentMethod = contract({
  method: 'post',
  path: '/v1/me/payment-methods',
  operationId: 'savePaymentMethod',
  tags,
  summary: 'Save a payment method',
  description:
    'The payment gateway keeps the card or account; nothing is charged. One that the gateway declines is a 422 at ' +
    '`/payment_token` with the reason as its code: `card_declined`, `insufficient_funds`, `expired_card` or ' +
    '`gateway_error`. A 503 means that the gateway did not answer and nothing is saved. Sent twice, it is saved twice.',
  ...access.customer,
  request: { body: jsonBody(SavedPaymentMethodInput) },
  responses: {
    201: created(SavedPaymentMethod, 'The saved payment method'),
    ...errors('payment_method_unavailable', 'saved_method_limit_reached'),
  },
});

export const updateSavedPaymentMethod = contract({
  method: 'patch',
  path: '/v1/me/payment-methods/{id}',
  operationId: 'updateSavedPaymentMethod',
  tags,
  summary: 'Make a saved payment method the default, or not',
  description: 'There is at most one default: the newest one.',
  ...access.customer,
  request: { params: IdPath, body: jsonBody(SavedPaymentMethodPatch) },
  responses: { 200: json(SavedPaymentMethod, 'The saved payment method as it is now') },
});

export const deleteSavedPaymentMethod = contract({
  method: 'delete',
  path: '/v1/me/payment-methods/{id}',
  operationId: 'deleteSavedPaymentMethod',
  tags,
  summary: 'Delete a saved payment method',
  description:
    'Nothing can be paid with it from now on, and the payment gateway forgets it too. No other becomes the default in ' +
    'its place. What was paid with it stays as it is.',
  ...access.customer,
  request: { params: IdPath },
  responses: { 204: { description: 'The saved payment method is gone' } },
});
