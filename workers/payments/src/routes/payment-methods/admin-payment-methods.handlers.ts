import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { invalid, notFound } from '#shared/http/problem.ts';

import { type PaymentsEnv, queuesOf } from '../../env.ts';
import { changeMethod, listMethods, type PaymentMethodRow } from '../../store/payment-methods.ts';
import { listAllPaymentMethods, updatePaymentMethod } from './admin-payment-methods.contract.ts';
import { PaymentMethodCode } from './payment-methods.contract.ts';

export function addAdminPaymentMethodRoutes(app: OpenAPIHono<PaymentsEnv>): void {
  app.openapi(listAllPaymentMethods, async (c) => {
    const methods = await listMethods(connect(c.env));
    return c.json({ data: methods.map(presentMethod) }, 200);
  });

  app.openapi(updatePaymentMethod, async (c) => {
    const db = connect(c.env);
    const changed = await changeMethod(db, c.req.valid('param').id, c.req.valid('json'), c.var.actor.id);
    if (changed === 'not_found') throw notFound('payment method');
    if (changed === 'name_taken') throw nameTaken();
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), changed.events));
    return c.json(presentMethod(changed.method), 200);
  });
}

function presentMethod({ id, code, name, display_order, is_active, created_at }: PaymentMethodRow) {
  return {
    id,
    code: PaymentMethodCode.parse(code),
    name,
    display_order,
    is_active,
    created_at: created_at.toISOString(),
  };
}

function nameTaken() {
  return invalid([{ pointer: '/name', code: 'taken', message: 'Another payment method has this name.' }]);
}
