import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, created, errors, IdPath, json, jsonBody } from '#shared/http/contract.ts';
import { Country } from '#shared/http/country.ts';
import { IfMatchHeader, VersionHeaders } from '#shared/http/preconditions.ts';
import { Id, text, Timestamp } from '#shared/http/values.ts';

/** A fraction from 0 to 1 with up to four decimals; read as four. */
const RateInput = z
  .string()
  .regex(/^(0(\.\d{1,4})?|1(\.0{1,4})?)$/, { error: 'Send a fraction such as "0.0825", from "0" to "1".' })
  .transform((rate) => {
    const [units = '', decimals = ''] = rate.split('.');
    return `${units}.${decimals.padEnd(4, '0')}`;
  })
  .openapi({
    type: 'string',
    pattern: String.raw`^(0(\.\d{1,4})?|1(\.0{1,4})?)$`,
    example: '0.0825',
    description: '8.25 %',
  });

const fields = {
  country: Country,
  state: text(100)
    .nullable()
    .openapi({ example: 'CA', description: 'As addresses spell it, in any case; null for the whole country.' }),
  name: text(100).openapi({ example: 'California sales tax' }),
  rate: RateInput,
};

const TaxRateInput = z
  .strictObject({ ...fields, state: fields.state.default(null) })
  .openapi('TaxRateInput', { example: { country: 'US', state: 'CA', name: 'California sales tax', rate: '0.0725' } });

const TaxRatePatch = z
  .strictObject(fields)
  .partial()
  .openapi('TaxRatePatch', { example: { rate: '0.0750' } });

const TaxRate = z
  .object({
    id: Id,
    country: z.string(),
    state: z.string().nullable(),
    name: z.string(),
    rate: z.string().regex(/^[01]\.\d{4}$/),
    version: z.int(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .openapi('TaxRate', {
    example: {
      id: '01938f6e-8c21-7d0a-b7e4-3f5a6b7c8d9e',
      country: 'US',
      state: 'CA',
      name: 'California sales tax',
      rate: '0.0725',
      version: 1,
      created_at: '2026-11-22T21:24:42.123Z',
      updated_at: '2026-11-22T21:24:42.123Z',
    },
  });
const TaxRateList = z.object({ data: z.array(TaxRate) }).openapi('TaxRateList');

const tags = ['Order administration'];
const path = '/v1/admin/tax-rates/{id}';

export const listTaxRates = contract({
  method: 'get',
  path: '/v1/admin/tax-rates',
  operationId: 'listTaxRates',
  tags,
  summary: 'List all tax rates',
  description: "By country, the country's own first, then by state.",
  ...access.manager,
  responses: { 200: json(TaxRateList, 'The tax rates') },
});

export const createTaxRate = contract({
  method: 'post',
  path: '/v1/admin/tax-rates',
  operationId: 'createTaxRate',
  tags,
  summary: 'Add a tax rate',
  description:
    "A state's own rate is taken instead of its country's, not added to it. Where there is none, no tax is due.",
  ...access.manager,
  request: { body: jsonBody(TaxRateInput) },
  responses: {
    201: { ...created(TaxRate, 'The new tax rate'), headers: VersionHeaders.extend({ Location: z.string() }) },
    ...errors('tax_rate_exists'),
  },
});

export const getTaxRate = contract({
  method: 'get',
  path,
  operationId: 'getTaxRate',
  tags,
  summary: 'Get a tax rate for editing',
  ...access.manager,
  request: { params: IdPath },
  responses: { 200: { ...json(TaxRate, 'The tax rate'), headers: VersionHeaders } },
});

export const updateTaxRate = contract({
  method: 'patch',
  path,
  operationId: 'updateTaxRate',
  tags,
  summary: 'Change a tax rate',
  description: 'Orders placed before keep the rate that they were placed with.',
  ...access.manager,
  request: { params: IdPath, headers: IfMatchHeader, body: jsonBody(TaxRatePatch) },
  responses: {
    200: { ...json(TaxRate, 'The tax rate as it is now'), headers: VersionHeaders },
    ...errors('tax_rate_exists', 'precondition_failed', 'precondition_required'),
  },
});

export const deleteTaxRate = contract({
  method: 'delete',
  path,
  operationId: 'deleteTaxRate',
  tags,
  summary: 'Delete a tax rate',
  description: 'For good; orders placed before keep the rate that they were placed with.',
  ...access.manager,
  request: { params: IdPath, headers: IfMatchHeader },
  responses: {
    204: { description: 'The tax rate is gone' },
    ...errors('precondition_failed', 'precondition_required'),
  },
});
