import { createService } from '#shared/http/service.ts';

import { type Bindings, configured } from './env.ts';
import { addAdminOrderRoutes } from './routes/admin-orders/admin-orders.handlers.ts';
import { addCancellationRoutes } from './routes/cancellation/cancellation.handlers.ts';
import { addShippingMethodRoutes } from './routes/charges/shipping-methods.handlers.ts';
import { addTaxRateRoutes } from './routes/charges/tax-rates.handlers.ts';
import { addCheckoutRoutes } from './routes/checkout/checkout.handlers.ts';
import { addFulfilmentRoutes } from './routes/fulfilment/fulfilment.handlers.ts';
import { addOrderRoutes } from './routes/orders/orders.handlers.ts';
import { addPathResources } from './routes/path-resources.ts';
import { addQuoteRoutes } from './routes/quote/quote.handlers.ts';

export const app = createService<Bindings>('orders', configured);
addPathResources(app);
addCheckoutRoutes(app);
addOrderRoutes(app);
addQuoteRoutes(app);
addCancellationRoutes(app);
addFulfilmentRoutes(app);
addAdminOrderRoutes(app);
addShippingMethodRoutes(app);
addTaxRateRoutes(app);
