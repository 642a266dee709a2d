import type { OpenAPIHono } from '@hono/zod-openapi';

import { csvStream } from '#shared/csv/stream.ts';
import { connectForLongWork } from '#shared/db/postgres.ts';

import type { ProductsEnv } from '../../env.ts';
import { catalogueCsv } from './catalogue-csv.ts';
import { exportProducts } from './exports.contract.ts';

export function addExportRoutes(app: OpenAPIHono<ProductsEnv>): void {
  app.openapi(exportProducts, async (c) => {
    const file = await csvStream('products', catalogueCsv(connectForLongWork(c.env)));
    return c.body(file, 200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="products.csv"',
    });
  });
}
