import { createService } from '#shared/http/service.ts';

import { type Bindings, configured } from './env.ts';
import { addPathResources } from './routes/path-resources.ts';
import { addAdminPaymentMethodRoutes } from './routes/payment-methods/admin-payment-methods.handlers.ts';
import { addPaymentMethodRoutes } from './routes/payment-methods/payment-methods.handlers.ts';
import { addPaymentRoutes } from './routes/payments/payments.handlers.ts';
import { addRefundRoutes } from './routes/refunds/refunds.handlers.ts';
import { addSavedMethodRoutes } from './routes/saved-methods/saved-methods.handlers.ts';
import { addTransactionRoutes } from './routes/transactions/transactions.handlers.ts';
import { addWebhookRoutes } from './routes/webhooks/webhooks.handlers.ts';

export const app = createService<Bindings>('payments', configured);
addPathResources(app);
addPaymentMethodRoutes(app);
addAdminPaymentMethodRoutes(app);
addPaymentRoutes(app);
addSavedMethodRoutes(app);
addTransactionRoutes(app);
addRefundRoutes(app);
addWebhookRoutes(app);
