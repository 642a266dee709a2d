import { createService } from '#shared/http/service.ts';

import { type Bindings, configured } from './env.ts';
import { addAddressRoutes } from './routes/addresses/addresses.handlers.ts';
import { addAdminUserRoutes } from './routes/admin-users/admin-users.handlers.ts';
import { addAuditLogRoutes } from './routes/audit-log/audit-log.handlers.ts';
import { addAuthRoutes } from './routes/auth/auth.handlers.ts';
import { addPasswordResetRoutes } from './routes/password-reset/password-reset.handlers.ts';
import { addPathResources } from './routes/path-resources.ts';
import { addProfileRoutes } from './routes/profile/profile.handlers.ts';
import { addRoleRoutes } from './routes/roles/roles.handlers.ts';
import { addSessionRoutes } from './routes/sessions/sessions.handlers.ts';
import { addVerificationRoutes } from './routes/verification/verification.handlers.ts';

export const app = createService<Bindings>('users', configured);
addPathResources(app);
addAuthRoutes(app);
addVerificationRoutes(app);
addPasswordResetRoutes(app);
addProfileRoutes(app);
addSessionRoutes(app);
addAddressRoutes(app);
addAdminUserRoutes(app);
addRoleRoutes(app);
addAuditLogRoutes(app);
