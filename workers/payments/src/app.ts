import { createService } from '#shared/http/service.ts';

import type { Bindings } from './env.ts';
import { addPaymentMethodRoutes } from './routes/payment-methods/payment-methods.handlers.ts';
import { addPaymentRoutes } from './routes/payments/payments.handlers.ts';

export const app = createService<Bindings>('payments');
addPaymentMethodRoutes(app);
addPaymentRoutes(app);
