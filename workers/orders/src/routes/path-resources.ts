import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { IdPath } from '#shared/http/contract.ts';
import { pathBeforeForm } from '#shared/http/path-resource.ts';

import type { OrdersEnv } from '../env.ts';
import { findShippingMethod } from '../store/charges-admin-shipping-methods.ts';
import { findTaxRate } from '../store/charges-admin-tax-rates.ts';
import { findStatus } from '../store/orders.ts';

/** What the ids in paths name. */
export function addPathResources(app: OpenAPIHono<OrdersEnv>): void {
  pathBeforeForm(app, '/v1/orders/:id/*', IdPath, (c, { id }) => findStatus(connect(c.env), id, c.var.actor.id));
  pathBeforeForm(app, '/v1/admin/orders/:id/*', IdPath, (c, { id }) => findStatus(connect(c.env), id));
  pathBeforeForm(app, '/v1/admin/shipping-methods/:id', IdPath, (c, { id }) => findShippingMethod(connect(c.env), id));
  pathBeforeForm(app, '/v1/admin/tax-rates/:id', IdPath, (c, { id }) => findTaxRate(connect(c.env), id));
}
