import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract } from '#shared/http/contract.ts';

export const exportProducts = contract({
  method: 'get',
  path: '/v1/admin/products/export',
  operationId: 'exportProducts',
  tags: ['Catalogue administration'],
  summary: "Export the products as Shopify's product CSV",
  description:
    'All live products, inactive ones included, as the import takes them: importing the file into an empty shop gives ' +
    'the same catalogue, importing it into this one changes nothing. What Shopify has no column for is in columns of ' +
    'our own; `Variant Overrides` is a JSON object of what one variant has other than the rest of its row and the ' +
    'first row of its handle say. A cell that a spreadsheet would run as a formula begins with an apostrophe, which ' +
    'the import takes away. The file is sent while it is being read: if the connection breaks, it is not complete.',
  ...access.manager,
  responses: {
    200: {
      description: 'The file',
      headers: z.object({
        'Content-Disposition': z.string().openapi({ example: 'attachment; filename="products.csv"' }),
      }),
      content: {
        'text/csv': {
          schema: z.string().openapi({
            example:
              'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,…\r\n' +
              'clay-plant-pot,Clay Plant Pot,Size,Regular,CLAY-PLANT-POT-REGULAR,9.99,…\r\n',
          }),
        },
      },
    },
  },
});
