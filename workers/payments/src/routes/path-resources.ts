import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { IdPath } from '#shared/http/contract.ts';
import { pathBeforeForm } from '#shared/http/path-resource.ts';

import type { PaymentsEnv } from '../env.ts';
import { listMethods } from '../store/payment-methods.ts';
import { findChargeableMethod } from '../store/saved-methods.ts';
import { findTransactionOf, selectTransaction } from '../store/transactions.ts';
import { MethodPath } from './payment-methods/admin-payment-methods.contract.ts';

/** What the ids in paths name. */
export function addPathResources(app: OpenAPIHono<PaymentsEnv>): void {
  pathBeforeForm(app, '/v1/payments/:id', IdPath, (c, { id }) => findTransactionOf(connect(c.env), c.var.actor.id, id));
  pathBeforeForm(app, '/v1/me/payment-methods/:id', IdPath, (c, { id }) =>
    findChargeableMethod(connect(c.env), c.var.actor.id, id),
  );
  pathBeforeForm(
    app,
    '/v1/admin/transactions/:id/*',
    IdPath,
    async (c, { id }) => (await selectTransaction(connect(c.env), id))[0],
  );
  pathBeforeForm(app, '/v1/admin/payment-methods/:id', MethodPath, async (c, { id }) => {
    const methods = await listMethods(connect(c.env));
    return methods.find((method) => method.id === id);
  });
}
