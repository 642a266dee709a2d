import { createService } from '#shared/http/service.ts';

import type { Bindings } from './env.ts';
import { addAdminPaymentMethodRoutes } from './routes/payment-methods/admin-payment-methods.handlers.ts';
import { addPaymentMethodRoutes } from './routes/payment-methods/payment-methods.handlers.ts';
import { addPaymentRoutes } from './routes/payments/payments.handlers.ts';
import { addRefundRoutes } from './routes/refunds/refunds.handlers.ts';
import { addTransactionRoutes } from './routes/transactions/transactions.handlers.ts';

export const app = createService<Bindings>('payments');
addPaymentMethodRoutes(app);
addAdminPaymentMethodRoutes(app);
addPaymentRoutes(app);
addTransactionRoutes(app);
addRefundRoutes(app);
