import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';

import type { PaymentsEnv } from '../../env.ts';
import { listActiveMethods } from '../../store/payment-methods.ts';
import { listPaymentMethods, PaymentMethodCode } from './payment-methods.contract.ts';

export function addPaymentMethodRoutes(app: OpenAPIHono<PaymentsEnv>): void {
  app.openapi(listPaymentMethods, async (c) => {
    const methods = await listActiveMethods(connect(c.env));
    const data = methods.map((method) => ({ ...method, code: PaymentMethodCode.parse(method.code) }));
    c.header('cache-control', 'public, max-age=30, stale-while-revalidate=30');
    return c.json({ data }, 200);
  });
}
