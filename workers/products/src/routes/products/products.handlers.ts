import { type OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { page, readCursor } from '#shared/http/pages.ts';
import { notFound } from '#shared/http/problem.ts';

import type { ProductsEnv } from '../../env.ts';
import { findProduct, listFaces } from '../../store/products.ts';
import { cursorKeys, sortKey } from '../../store/product-sorts.ts';
import { getProduct, listProducts } from './products.contract.ts';
import { presentProduct, presentSummary } from './products.present.ts';

export function addProductRoutes(app: OpenAPIHono<ProductsEnv>): void {
  app.openapi(listProducts, async (c) => {
    const { limit, cursor, ...list } = c.req.valid('query');
    const after = readCursor(cursor, list, cursorKeys[list.sort]);
    const rows = await listFaces(connect(c.env), { ...list, after, limit: limit + 1 });
    const position = (row: (typeof rows)[number]) => ({ key: sortKey(row, list.sort), id: row.id });
    const { data, page: envelope } = page(c, rows, { limit, list, position });
    return c.json({ data: data.map((row) => presentSummary(row, c.env.CURRENCY)), page: envelope }, 200);
  });

  app.openapi(getProduct, async (c) => {
    const product = await findProduct(connect(c.env), c.req.valid('param').id_or_slug);
    if (!product) throw notFound('product');
    return c.json(presentProduct(product, c.env.CURRENCY), 200);
  });
}
