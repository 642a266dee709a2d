import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';

import { connect, type Database } from '#shared/db/postgres.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { page, readCursor, TimeKey } from '#shared/http/pages.ts';
import { etagOf, requireVersion } from '#shared/http/preconditions.ts';
import { notFound } from '#shared/http/problem.ts';

import { type ProductsEnv, queuesOf } from '../../env.ts';
import { findAdminProduct } from '../../store/admin-product-rows.ts';
import * as list from '../../store/admin-products.ts';
import type { Written } from '../../store/product-writes.ts';
import * as contracts from './admin-products.contract.ts';
import { presentAdminProduct, presentAdminSummary } from './admin-products.present.ts';
import { createProduct, deleteProduct, updateProduct } from './write-product.ts';

export function addAdminProductRoutes(app: OpenAPIHono<ProductsEnv>): void {
  app.openapi(contracts.listAdminProducts, async (c) => {
    const { limit, cursor, include, sort, ...filter } = c.req.valid('query');
    const bound = { path: contracts.listAdminProducts.path, sort, ...filter };
    const wanted = { sort, after: readCursor(cursor, bound, TimeKey), limit: limit + 1 };
    const db = connect(c.env);
    const { rows, ...counted } =
      include === 'total'
        ? await list.listAndCountAdminProducts(db, filter, wanted)
        : { rows: await list.listAdminProducts(db, filter, wanted) };
    const position = ({ created_at, id }: (typeof rows)[number]) => ({ key: created_at, id });
    const { data, page: envelope } = page(c, rows, { limit, list: bound, position });
    const products = data.map((row) => presentAdminSummary(row, c.env.CURRENCY));
    return c.json({ data: products, page: { ...envelope, ...counted } }, 200);
  });

  app.openapi(contracts.createProduct, async (c) => {
    const db = connect(c.env);
    const written = await createProduct(db, c.var.actor.id, c.req.valid('json'));
    announce(c, db, written);
    c.header('location', `/v1/admin/products/${written.product.id}`);
    return c.json(presentAdminProduct(written.product, c.env.CURRENCY), 201);
  });

  app.openapi(contracts.getAdminProduct, async (c) => {
    const product = await findAdminProduct(connect(c.env), c.req.valid('param').id);
    if (!product) throw notFound('product');
    c.header('etag', etagOf(product.version));
    return c.json(presentAdminProduct(product, c.env.CURRENCY), 200);
  });

  app.openapi(contracts.updateProduct, async (c) => {
    const db = connect(c.env);
    const { id } = c.req.valid('param');
    const written = await updateProduct(db, c.var.actor.id, id, c.req.valid('json'), (version) =>
      requireVersion(c, version),
    );
    announce(c, db, written);
    return c.json(presentAdminProduct(written.product, c.env.CURRENCY), 200);
  });

  app.openapi(contracts.deleteProduct, async (c) => {
    const db = connect(c.env);
    const { id } = c.req.valid('param');
    const { events } = await deleteProduct(db, c.var.actor.id, id, (version) => requireVersion(c, version));
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), events));
    return c.body(null, 204);
  });
}

/** Sends the events of what is committed, and names its version. */
function announce(c: Context<ProductsEnv>, db: Database, { product, events }: Written): void {
  if (events.length > 0) c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), events));
  c.header('etag', etagOf(product.version));
}
