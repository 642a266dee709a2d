import { createService } from '#shared/http/service.ts';

import { type Bindings, configured } from './env.ts';
import { addCartRoutes } from './routes/cart/cart.handlers.ts';
import { addCouponRoutes } from './routes/coupons/coupons.handlers.ts';

export const app = createService<Bindings>('cart', configured);
addCartRoutes(app);
addCouponRoutes(app);
