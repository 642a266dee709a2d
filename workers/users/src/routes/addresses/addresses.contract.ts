import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, created, IdPath, json, jsonBody } from '#shared/http/contract.ts';
import { Country } from '#shared/http/country.ts';
import { PageQuery, pageOf } from '#shared/http/pages.ts';
import { Id, text, Timestamp } from '#shared/http/values.ts';

import { PhoneNumber } from '../values.ts';

const AddressType = z.enum(['SHIPPING', 'BILLING']).openapi('AddressType');

const fields = {
  address_type: AddressType,
  full_name: text(200).openapi({ example: 'Ada Lovelace' }),
  phone_number: PhoneNumber,
  address_line1: text(255).openapi({ example: '1 Market Street' }),
  address_line2: text(255).nullable().openapi({ example: 'Floor 3' }),
  city: text(100).openapi({ example: 'San Francisco' }),
  state: text(100).openapi({ example: 'CA' }),
  postal_code: text(20).openapi({ example: '94105' }),
  country: Country,
  is_default: z.boolean().openapi({ description: 'Takes the place of the default of its type.' }),
};

const AddressInput = z
  .strictObject({
    ...fields,
    address_line2: fields.address_line2.default(null),
    is_default: fields.is_default.default(false),
  })
  .openapi('AddressInput');

const AddressPatch = z
  .strictObject(fields)
  .partial()
  .openapi('AddressPatch', { example: { is_default: true } });

const Address = z
  .object({
    id: Id,
    address_type: AddressType,
    full_name: z.string(),
    phone_number: z.string(),
    address_line1: z.string(),
    address_line2: z.string().nullable(),
    city: z.string(),
    state: z.string(),
    postal_code: z.string(),
    country: z.string(),
    is_default: z.boolean(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .openapi('Address', {
    example: {
      id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f',
      address_type: 'SHIPPING',
      full_name: 'Ada Lovelace',
      phone_number: '+14155550123',
      address_line1: '1 Market Street',
      address_line2: 'Floor 3',
      city: 'San Francisco',
      state: 'CA',
      postal_code: '94105',
      country: 'US',
      is_default: true,
      created_at: '2026-11-22T21:24:42.123Z',
      updated_at: '2026-11-22T21:24:42.123Z',
    },
  });

const AddressPage = pageOf(Address).openapi('AddressPage');

export type Address = z.infer<typeof Address>;

export const listAddresses = contract({
  method: 'get',
  path: '/v1/me/addresses',
  operationId: 'listAddresses',
  tags: ['Addresses'],
  summary: 'List your addresses, newest first',
  ...access.customer,
  request: { query: PageQuery },
  responses: { 200: json(AddressPage, 'A page of addresses') },
});

export const createAddress = contract({
  method: 'post',
  path: '/v1/me/addresses',
  operationId: 'createAddress',
  tags: ['Addresses'],
  summary: 'Add an address',
  description: 'There is at most one default of each `address_type`: the newest one.',
  ...access.customer,
  request: { body: jsonBody(AddressInput) },
  responses: { 201: created(Address, 'The new address') },
});

export const getAddress = contract({
  method: 'get',
  path: '/v1/me/addresses/{id}',
  operationId: 'getAddress',
  tags: ['Addresses'],
  summary: 'Get one of your addresses',
  ...access.customer,
  request: { params: IdPath },
  responses: { 200: json(Address, 'The address') },
});

export const updateAddress = contract({
  method: 'patch',
  path: '/v1/me/addresses/{id}',
  operationId: 'updateAddress',
  tags: ['Addresses'],
  summary: 'Change one of your addresses',
  description:
    'A default that gets another `address_type` is the default there. Orders keep the address they were given.',
  ...access.customer,
  request: { params: IdPath, body: jsonBody(AddressPatch) },
  responses: { 200: json(Address, 'The address as it is now') },
});

export const deleteAddress = contract({
  method: 'delete',
  path: '/v1/me/addresses/{id}',
  operationId: 'deleteAddress',
  tags: ['Addresses'],
  summary: 'Delete one of your addresses',
  description: 'No other address becomes the default in its place. Orders keep the address they were given.',
  ...access.customer,
  request: { params: IdPath },
  responses: { 204: { description: 'The address is gone' } },
});
