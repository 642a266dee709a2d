import { createService } from '#shared/http/service.ts';

import type { Bindings } from './env.ts';
import { addCheckoutRoutes } from './routes/checkout/checkout.handlers.ts';
import { addFulfilmentRoutes } from './routes/fulfilment/fulfilment.handlers.ts';
import { addOrderRoutes } from './routes/orders/orders.handlers.ts';

export const app = createService<Bindings>('orders');
addCheckoutRoutes(app);
addOrderRoutes(app);
addFulfilmentRoutes(app);
