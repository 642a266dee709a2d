import { z } from '@hono/zod-openapi';
import { createMiddleware } from 'hono/factory';

import { access } from '#shared/auth/access.ts';
import { contract, errors, json } from '#shared/http/contract.ts';
import { Problem } from '#shared/http/problem.ts';

const MEBIBYTE = 1024 * 1024;

const RowErrorSchema = z
  .object({
    row: z.int().openapi({ description: 'The line its record begins on; the header is on line 1.' }),
    column: z.string().nullable().openapi({ description: 'Null when it is the row as a whole.' }),
    code: z.string(),
    message: z.string(),
  })
  .openapi('ImportRowError');

const ImportReport = z
  .object({
    created: z.int(),
    updated: z.int(),
    skipped: z.int().openapi({ description: 'Products that already are what the file says.' }),
    errors: z.array(RowErrorSchema),
  })
  .openapi('ImportReport', {
    example: {
      created: 21,
      updated: 0,
      skipped: 0,
      errors: [
        {
          row: 7,
          column: 'Variant Price',
          code: 'invalid_amount',
          message: 'Write an amount such as 19.99, at most 99999999.99.',
        },
      ],
    },
  });

const Flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((value) => value === 'true');

/** The framework checks the media type of JSON bodies only. */
const requireCsv = createMiddleware(async (c, next) => {
  const mediaType = c.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType !== 'text/csv') throw new Problem('unsupported_media_type', 'Send the file as text/csv.');
  await next();
});

export const importProducts = contract({
  method: 'post',
  path: '/v1/admin/products/import',
  operationId: 'importProducts',
  tags: ['Catalogue administration'],
  summary: "Import products from Shopify's product CSV",
  description:
    'Creates and updates products, variants, images and categories; what is not in the file stays. Counts are product ' +
    'rows (variants). A row that is wrong is reported and left out. Importing a file twice changes nothing. Stock is ' +
    'set when a product is created, later only with `update_stock=true`, and never below what orders have reserved. A ' +
    'compare-at price below the price is allowed: it is for the shop to decide what to show. The file is UTF-8 with at ' +
    'most 100,000 rows, 5,000 of one handle. Columns of our own (`Short Description`, `Featured`, `Category Path`, ' +
    '`Image Primary`, `Variant Length`, `Variant Width`, `Variant Height` in cm, `Variant Low Stock Threshold`, ' +
    '`Variant Overrides`) are as the export writes them.',
  ...access.manager,
  middleware: [...access.manager.middleware, requireCsv],
  maxBodyBytes: 20 * MEBIBYTE,
  request: {
    query: z.strictObject({
      dry_run: Flag.openapi({ description: 'Report what would happen, and write nothing.' }),
      update_stock: Flag.openapi({ description: 'Set the stock of known products too.' }),
    }),
    body: {
      required: true,
      content: {
        'text/csv': {
          schema: z.string().openapi({
            example:
              'Handle,Title,Type,Option1 Name,Option1 Value,Variant Inventory Qty,Variant Price\n' +
              'clay-plant-pot,Clay Plant Pot,Outdoor,Size,Regular,10,9.99\n' +
              'clay-plant-pot,,,,Large,3,15.99\n',
          }),
        },
      },
    },
  },
  responses: { 200: json(ImportReport, 'What was done'), ...errors('invalid_csv') },
});
