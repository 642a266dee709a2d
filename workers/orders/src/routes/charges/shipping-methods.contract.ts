import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, created, errors, IdPath, json, jsonBody } from '#shared/http/contract.ts';
import { Country } from '#shared/http/country.ts';
import { IfMatchHeader, VersionHeaders } from '#shared/http/preconditions.ts';
import { Id, text, Timestamp } from '#shared/http/values.ts';
import { Money, MoneyInput } from '#shared/money/schema.ts';

const fields = {
  code: z
    .string()
    .max(50)
    .regex(/^[a-z0-9]+([-_][a-z0-9]+)*$/, {
      error: 'Send lower-case letters and digits, joined by single hyphens or underscores.',
    })
    .openapi({ example: 'express', description: 'What a checkout names it by.' }),
  name: text(100).openapi({ example: 'Express' }),
  base_amount: MoneyInput.openapi({ example: '14.90' }),
  per_kg_amount: MoneyInput.openapi({ example: '1.00', description: 'For each kilogram of the order, in proportion.' }),
  free_over: MoneyInput.nullable().openapi({
    example: '75.00',
    description: 'Shipping is free when subtotal less discount is at least this; null for never.',
  }),
  countries: z
    .array(Country)
    .max(300)
    .transform((codes) => [...new Set(codes)].sort())
    .openapi({
      type: 'array',
      items: { type: 'string', pattern: '^[A-Z]{2}$' },
      maxItems: 300,
      example: ['CA', 'US'],
      description: 'Where it ships to; empty for everywhere.',
    }),
  is_active: z.boolean().openapi({ description: 'Whether it is on offer.' }),
};

const ShippingMethodInput = z
  .strictObject({
    ...fields,
    per_kg_amount: fields.per_kg_amount.default('0.00'),
    free_over: fields.free_over.default(null),
    countries: fields.countries.default([]),
    is_active: fields.is_active.default(true),
  })
  .openapi('ShippingMethodInput', {
    example: { code: 'express', name: 'Express', base_amount: '14.90', countries: ['CA', 'US'] },
  });

const ShippingMethodPatch = z
  .strictObject(fields)
  .partial()
  .openapi('ShippingMethodPatch', { example: { base_amount: '12.90', free_over: '100.00' } });

const ShippingMethod = z
  .object({
    id: Id,
    code: z.string(),
    name: z.string(),
    base_amount: Money,
    per_kg_amount: Money,
    free_over: Money.nullable(),
    countries: z.array(z.string()),
    is_active: z.boolean(),
    version: z.int(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .openapi('ShippingMethod', {
    example: {
      id: '01938f6e-8c21-7d0a-b7e4-3f5a6b7c8d9e',
      code: 'express',
      name: 'Express',
      base_amount: '14.90',
      per_kg_amount: '1.00',
      free_over: null,
      countries: ['CA', 'US'],
      is_active: true,
      version: 1,
      created_at: '2026-11-22T21:24:42.123Z',
      updated_at: '2026-11-22T21:24:42.123Z',
    },
  });
const ShippingMethodList = z.object({ data: z.array(ShippingMethod) }).openapi('ShippingMethodList');

const tags = ['Order administration'];
const path = '/v1/admin/shipping-methods/{id}';

export const listShippingMethods = contract({
  method: 'get',
  path: '/v1/admin/shipping-methods',
  operationId: 'listShippingMethods',
  tags,
  summary: 'List all shipping methods',
  description: 'Those that are not on offer too; by code.',
  ...access.manager,
  responses: { 200: json(ShippingMethodList, 'The shipping methods') },
});

export const createShippingMethod = contract({
  method: 'post',
  path: '/v1/admin/shipping-methods',
  operationId: 'createShippingMethod',
  tags,
  summary: 'Add a shipping method',
  ...access.manager,
  request: { body: jsonBody(ShippingMethodInput) },
  responses: {
    201: {
      ...created(ShippingMethod, 'The new shipping method'),
      headers: VersionHeaders.extend({ Location: z.string() }),
    },
    ...errors('shipping_method_exists'),
  },
});

export const getShippingMethod = contract({
  method: 'get',
  path,
  operationId: 'getShippingMethod',
  tags,
  summary: 'Get a shipping method for editing',
  ...access.manager,
  request: { params: IdPath },
  responses: { 200: { ...json(ShippingMethod, 'The shipping method'), headers: VersionHeaders } },
});

export const updateShippingMethod = contract({
  method: 'patch',
  path,
  operationId: 'updateShippingMethod',
  tags,
  summary: 'Change a shipping method',
  description: 'Orders placed before keep the method, and the amount, that they were placed with.',
  ...access.manager,
  request: { params: IdPath, headers: IfMatchHeader, body: jsonBody(ShippingMethodPatch) },
  responses: {
    200: { ...json(ShippingMethod, 'The shipping method as it is now'), headers: VersionHeaders },
    ...errors('shipping_method_exists', 'precondition_failed', 'precondition_required'),
  },
});

export const deleteShippingMethod = contract({
  method: 'delete',
  path,
  operationId: 'deleteShippingMethod',
  tags,
  summary: 'Delete a shipping method',
  description: 'For good; orders placed before keep its code and name.',
  ...access.manager,
  request: { params: IdPath, headers: IfMatchHeader },
  responses: {
    204: { description: 'The shipping method is gone; its code is free' },
    ...errors('precondition_failed', 'precondition_required'),
  },
});
