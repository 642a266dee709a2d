import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { checkpoint } from '#shared/http/checkpoint.ts';
import { notFound } from '#shared/http/problem.ts';

import type { PaymentsEnv } from '../../env.ts';
import { forgetMethod } from '../../forget-methods.ts';
import { deleteMethod } from '../../store/deleted-methods.ts';
import { saveMethod } from '../../store/save-method.ts';
import { changeDefault, listSavedMethods, type SavedMethodRow } from '../../store/saved-methods.ts';
import { PaymentMethodCode } from '../payment-methods/payment-methods.contract.ts';
import { keepMethod, refusalToSave } from './keep-method.ts';
import {
  deleteSavedPaymentMethod,
  listSavedPaymentMethods,
  savePaymentMethod,
  updateSavedPaymentMethod,
} from './saved-methods.contract.ts';

export function addSavedMethodRoutes(app: OpenAPIHono<PaymentsEnv>): void {
  app.openapi(listSavedPaymentMethods, async (c) => {
    const methods = await listSavedMethods(connect(c.env), c.var.actor.id);
    return c.json({ data: methods.map(presentSavedMethod) }, 200);
  });

  app.openapi(savePaymentMethod, async (c) => {
    const body = c.req.valid('json');
    const method = await keepMethod(c.env, c.var.actor.id, body);
    const outcome = await saveMethod(connect(c.env), method, body.payment_method_code);
    if ('refused' in outcome) {
      // Others were faster. The gateway keeps it already.
      c.executionCtx.waitUntil(forgetMethod(c.env, method));
      throw refusalToSave(outcome.refused);
    }
    const { saved } = outcome;
    return c.json(presentSavedMethod(saved), 201, { location: `/v1/me/payment-methods/${saved.id}` });
  });

  app.openapi(updateSavedPaymentMethod, async (c) => {
    const { id } = c.req.valid('param');
    const changed = await changeDefault(connect(c.env), c.var.actor.id, id, c.req.valid('json').is_default);
    if (!changed) throw notFound('saved payment method');
    return c.json(presentSavedMethod(changed), 200);
  });

  app.openapi(deleteSavedPaymentMethod, async (c) => {
    const deleted = await deleteMethod(connect(c.env), c.var.actor.id, c.req.valid('param').id);
    if (!deleted) throw notFound('saved payment method');
    await checkpoint(c, 'saved_method.deleted');
    c.executionCtx.waitUntil(forgetMethod(c.env, deleted));
    return c.body(null, 204);
  });
}

function presentSavedMethod({ payment_method_code, created_at, updated_at, ...method }: SavedMethodRow) {
  return {
    ...method,
    payment_method_code: PaymentMethodCode.parse(payment_method_code),
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  };
}
