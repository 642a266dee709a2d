import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { changedMeanwhile, etagOf, requireVersion } from '#shared/http/preconditions.ts';
import { notFound, Problem } from '#shared/http/problem.ts';

import { type OrdersEnv, queuesOf } from '../../env.ts';
import type { Refusal } from '../../store/charges-admin.ts';
import * as store from '../../store/charges-admin-tax-rates.ts';
import { createTaxRate, deleteTaxRate, getTaxRate, listTaxRates, updateTaxRate } from './tax-rates.contract.ts';

export function addTaxRateRoutes(app: OpenAPIHono<OrdersEnv>): void {
  app.openapi(listTaxRates, async (c) => {
    const rows = await store.listTaxRates(connect(c.env));
    return c.json({ data: rows.map(present) }, 200);
  });

  app.openapi(createTaxRate, async (c) => {
    const db = connect(c.env);
    const written = await store.createTaxRate(db, c.var.actor.id, c.req.valid('json'));
    if (typeof written === 'string') throw refusalOf(written);
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), written.events));
    c.header('etag', etagOf(written.row.version));
    return c.json(present(written.row), 201, { Location: `/v1/admin/tax-rates/${written.row.id}` });
  });

  app.openapi(getTaxRate, async (c) => {
    const row = await store.findTaxRate(connect(c.env), c.req.valid('param').id);
    if (!row) throw notFound('tax rate');
    c.header('etag', etagOf(row.version));
    return c.json(present(row), 200);
  });

  app.openapi(updateTaxRate, async (c) => {
    const db = connect(c.env);
    const before = await store.findTaxRate(db, c.req.valid('param').id);
    if (!before) throw notFound('tax rate');
    requireVersion(c, before.version);
    const written = await store.changeTaxRate(db, c.var.actor.id, before, c.req.valid('json'));
    if (typeof written === 'string') throw refusalOf(written);
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), written.events));
    c.header('etag', etagOf(written.row.version));
    return c.json(present(written.row), 200);
  });

  app.openapi(deleteTaxRate, async (c) => {
    const db = connect(c.env);
    const before = await store.findTaxRate(db, c.req.valid('param').id);
    if (!before) throw notFound('tax rate');
    requireVersion(c, before.version);
    const deleted = await store.deleteTaxRate(db, c.var.actor.id, before);
    if (typeof deleted === 'string') throw refusalOf(deleted);
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), deleted.events));
    return c.body(null, 204);
  });
}

function present({ created_at, updated_at, ...row }: store.TaxRateRow) {
  return { ...row, created_at: created_at.toISOString(), updated_at: updated_at.toISOString() };
}

function refusalOf(refusal: Refusal): Problem {
  return refusal === 'exists'
    ? new Problem('tax_rate_exists', 'Change the one that there is, or send another country or state.')
    : changedMeanwhile();
}
