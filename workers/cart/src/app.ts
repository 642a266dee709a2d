import { createService } from '#shared/http/service.ts';

import type { Bindings } from './env.ts';
import { addCartRoutes } from './routes/cart/cart.handlers.ts';
import { addCouponRoutes } from './routes/coupons/coupons.handlers.ts';

export const app = createService<Bindings>('cart');
addCartRoutes(app);
addCouponRoutes(app);
