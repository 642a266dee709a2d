import { createService } from '#shared/http/service.ts';

import type { Bindings } from './env.ts';
import { addAddressRoutes } from './routes/addresses/addresses.handlers.ts';
import { addAuthRoutes } from './routes/auth/auth.handlers.ts';
import { addProfileRoutes } from './routes/profile/profile.handlers.ts';

export const app = createService<Bindings>('users');
addAuthRoutes(app);
addProfileRoutes(app);
addAddressRoutes(app);
