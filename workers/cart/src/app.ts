import { createService } from '#shared/http/service.ts';

import { type Bindings, configured } from './env.ts';
import { addCartRoutes } from './routes/cart/cart.handlers.ts';
import { addCouponRoutes } from './routes/coupons/coupons.handlers.ts';
import { addPathResources } from './routes/path-resources.ts';

export const app = createService<Bindings>('cart', configured);
addPathResources(app);
addCartRoutes(app);
addCouponRoutes(app);
