import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, created, errors, json, jsonBody } from '#shared/http/contract.ts';
import { PageQuery, pageOf } from '#shared/http/pages.ts';
import { IfMatchHeader, VersionHeaders } from '#shared/http/preconditions.ts';
import { TimeInput, Timestamp } from '#shared/http/values.ts';
import { Money, MoneyInput } from '#shared/money/schema.ts';

import { couponTypes } from '../../domain/coupon.ts';
import { MAX_LIMIT } from '../../domain/coupon-slots.ts';

/** Stored and shown in upper case; taken in any. */
export const CouponCode = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,50}$/, { error: 'Send 1 to 50 of the characters A-Z, 0-9, _ and -.' })
  .toUpperCase()
  .openapi({ example: 'WELCOME10', description: '1 to 50 of A-Z, 0-9, `_` and `-`; lower case counts as upper.' });

export const CouponPath = z.object({ code: CouponCode.openapi({ param: { name: 'code', in: 'path' } }) });

/** The document does not see what is behind a transformation. */
const NullableMoney = MoneyInput.nullable().openapi({ type: ['string', 'null'] });
const NullableTime = TimeInput.transform((at) => new Date(at))
  .nullable()
  .openapi({ type: ['string', 'null'], format: 'date-time' });
const Limit = z.int().min(1).max(MAX_LIMIT);

const CouponType = z.enum(couponTypes).openapi('CouponType', { example: 'percentage' });

const rules = {
  type: CouponType,
  value: NullableMoney.openapi({
    example: '10.00',
    description: '`percentage`: "0.01" to "100.00" per cent. `fixed_amount`: above zero. `free_shipping`: null.',
  }),
  min_subtotal: NullableMoney.openapi({ example: '50.00', description: 'The least subtotal it is good for.' }),
  starts_at: NullableTime.openapi({ example: '2026-11-01T00:00:00Z', description: 'Null: at once.' }),
  ends_at: NullableTime.openapi({
    example: '2026-12-01T00:00:00Z',
    description: 'The first moment at which it is no longer good; after `starts_at`. Null: never.',
  }),
  usage_limit: Limit.nullable().openapi({ example: 1_000, description: 'By how many orders it can be used.' }),
  per_user_limit: Limit.nullable().openapi({ example: 1, description: 'By how many orders of one user.' }),
  is_active: z.boolean(),
};

const CouponInput = z
  .strictObject({
    code: CouponCode,
    type: rules.type,
    value: rules.value.default(null),
    min_subtotal: rules.min_subtotal.default(null),
    starts_at: rules.starts_at.default(null),
    ends_at: rules.ends_at.default(null),
    usage_limit: rules.usage_limit.default(null),
    per_user_limit: rules.per_user_limit.default(null),
    is_active: rules.is_active.default(true),
  })
  .openapi('CouponInput', {
    example: { code: 'WELCOME10', type: 'percentage', value: '10.00', per_user_limit: 1 },
  });

const CouponPatch = z
  .strictObject(rules)
  .partial()
  .openapi('CouponPatch', { example: { ends_at: '2026-12-24T00:00:00Z', usage_limit: 2_000 } });

const Coupon = z
  .object({
    id: z.string(),
    code: z.string(),
    type: CouponType,
    value: Money.nullable(),
    min_subtotal: Money.nullable(),
    starts_at: Timestamp.nullable(),
    ends_at: Timestamp.nullable(),
    usage_limit: z.int().nullable(),
    per_user_limit: z.int().nullable(),
    is_active: z.boolean(),
    used_count: z.int().openapi({ description: 'Orders that use it: placed and not cancelled, or being placed.' }),
    version: z.int(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .openapi('Coupon', {
    example: {
      id: '6561f0a2c3d4e5f60718293b',
      code: 'WELCOME10',
      type: 'percentage',
      value: '10.00',
      min_subtotal: null,
      starts_at: null,
      ends_at: '2026-12-24T00:00:00.000Z',
      usage_limit: 2_000,
      per_user_limit: 1,
      is_active: true,
      used_count: 37,
      version: 2,
      created_at: '2026-11-22T21:24:42.123Z',
      updated_at: '2026-11-23T08:00:00.000Z',
    },
  });

export type CouponAnswer = z.infer<typeof Coupon>;

const tags = ['Coupon administration'];
const path = '/v1/admin/coupons/{code}';

export const listCoupons = contract({
  method: 'get',
  path: '/v1/admin/coupons',
  operationId: 'listCoupons',
  tags,
  summary: 'List coupons, newest first',
  ...access.manager,
  request: {
    query: PageQuery.extend({
      is_active: z
        .enum(['true', 'false'])
        .transform((value) => value === 'true')
        .optional()
        .openapi({ description: '`true`: only those that are switched on; `false`: only the others.' }),
      q: CouponCode.optional().openapi({ example: 'WELCOME', description: 'How the codes begin, in either case.' }),
    }),
  },
  responses: { 200: json(pageOf(Coupon).openapi('CouponPage'), 'A page of coupons'), ...errors('invalid_cursor') },
});

export const createCoupon = contract({
  method: 'post',
  path: '/v1/admin/coupons',
  operationId: 'createCoupon',
  tags,
  summary: 'Add a coupon',
  ...access.manager,
  request: { body: jsonBody(CouponInput) },
  responses: {
    201: { ...created(Coupon, 'The new coupon'), headers: VersionHeaders.extend({ Location: z.string() }) },
    ...errors('coupon_exists'),
  },
});

export const getCoupon = contract({
  method: 'get',
  path,
  operationId: 'getCoupon',
  tags,
  summary: 'Read a coupon',
  ...access.manager,
  request: { params: CouponPath },
  responses: { 200: { ...json(Coupon, 'The coupon'), headers: VersionHeaders } },
});

export const updateCoupon = contract({
  method: 'patch',
  path,
  operationId: 'updateCoupon',
  tags,
  summary: 'Change a coupon',
  description:
    'Fields left out stay; the coupon as a whole must make sense then. Orders that use it already keep what it was ' +
    'worth, and a limit below `used_count` refuses further ones.',
  ...access.manager,
  request: { params: CouponPath, headers: IfMatchHeader, body: jsonBody(CouponPatch) },
  responses: {
    200: { ...json(Coupon, 'The coupon as it is now'), headers: VersionHeaders },
    ...errors('precondition_failed', 'precondition_required'),
  },
});

export const deleteCoupon = contract({
  method: 'delete',
  path,
  operationId: 'deleteCoupon',
  tags,
  summary: 'Delete a coupon',
  ...access.manager,
  request: { params: CouponPath, headers: IfMatchHeader },
  responses: {
    204: { description: 'The coupon is gone; its code is free' },
    ...errors('precondition_failed', 'precondition_required'),
  },
});
