import { createService } from '#shared/http/service.ts';

import { type Bindings, configured } from './env.ts';
import { addCatalogueCache } from './routes/catalogue-cache.ts';
import { addDeveloperRoutes } from './routes/developer/developer.handlers.ts';
import { addForwarding } from './routes/forward.ts';
import { addPages } from './routes/pages/pages.handlers.ts';
import { addRateLimits } from './routes/rate-limit.ts';
import { addSecurity } from './routes/security.ts';
import { addSystemRoutes } from './routes/system/system.handlers.ts';

export const app = createService<Bindings>('gateway', configured);
addSecurity(app);
addSystemRoutes(app);
addPages(app);
addDeveloperRoutes(app);
addRateLimits(app);
addCatalogueCache(app);
addForwarding(app);
