import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { changedMeanwhile, etagOf, requireVersion } from '#shared/http/preconditions.ts';
import { notFound, Problem } from '#shared/http/problem.ts';

import { type OrdersEnv, queuesOf } from '../../env.ts';
import type { Refusal } from '../../store/charges-admin.ts';
import * as store from '../../store/charges-admin-shipping-methods.ts';
import {
  createShippingMethod,
  deleteShippingMethod,
  getShippingMethod,
  listShippingMethods,
  updateShippingMethod,
} from './shipping-methods.contract.ts';

export function addShippingMethodRoutes(app: OpenAPIHono<OrdersEnv>): void {
  app.openapi(listShippingMethods, async (c) => {
    const rows = await store.listShippingMethods(connect(c.env));
    return c.json({ data: rows.map(present) }, 200);
  });

  app.openapi(createShippingMethod, async (c) => {
    const db = connect(c.env);
    const written = await store.createShippingMethod(db, c.var.actor.id, c.req.valid('json'));
    if (typeof written === 'string') throw refusalOf(written);
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), written.events));
    c.header('etag', etagOf(written.row.version));
    return c.json(present(written.row), 201, { Location: `/v1/admin/shipping-methods/${written.row.id}` });
  });

  app.openapi(getShippingMethod, async (c) => {
    const row = await store.findShippingMethod(connect(c.env), c.req.valid('param').id);
    if (!row) throw notFound('shipping method');
    c.header('etag', etagOf(row.version));
    return c.json(present(row), 200);
  });

  app.openapi(updateShippingMethod, async (c) => {
    const db = connect(c.env);
    const before = await store.findShippingMethod(db, c.req.valid('param').id);
    if (!before) throw notFound('shipping method');
    requireVersion(c, before.version);
    const written = await store.changeShippingMethod(db, c.var.actor.id, before, c.req.valid('json'));
    if (typeof written === 'string') throw refusalOf(written);
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), written.events));
    c.header('etag', etagOf(written.row.version));
    return c.json(present(written.row), 200);
  });

  app.openapi(deleteShippingMethod, async (c) => {
    const db = connect(c.env);
    const before = await store.findShippingMethod(db, c.req.valid('param').id);
    if (!before) throw notFound('shipping method');
    requireVersion(c, before.version);
    const deleted = await store.deleteShippingMethod(db, c.var.actor.id, before);
    if (typeof deleted === 'string') throw refusalOf(deleted);
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), deleted.events));
    return c.body(null, 204);
  });
}

function present({ created_at, updated_at, ...row }: store.ShippingMethodRow) {
  return { ...row, created_at: created_at.toISOString(), updated_at: updated_at.toISOString() };
}

function refusalOf(refusal: Refusal): Problem {
  return refusal === 'exists' ? new Problem('shipping_method_exists', 'Send another code.') : changedMeanwhile();
}
