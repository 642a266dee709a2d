import { createMiddleware } from 'hono/factory';

import { type Identity, type Role, verifyAccessToken } from '#shared/auth/tokens.ts';
import { Problem } from '#shared/http/problem.ts';
import type { CommonBindings } from '#shared/http/service.ts';

export type Actor = Identity;

interface AccessEnv {
  Bindings: CommonBindings;
  Variables: { actor: Actor };
}

/** Who may call a route: spread into its contract. No entry means nobody, so that a forgotten one is refused at review. */
export const access = {
  public: { security: [] },
  guest: allow('GUEST', 'CUSTOMER'),
  customer: allow('CUSTOMER'),
  manager: allow('MANAGER', 'ADMIN'),
  admin: allow('ADMIN'),
};

function allow(...allowed: Role[]) {
  // Any one of the roles will do (OpenAPI 3.1: the roles that a requirement needs; requirements are alternatives).
  return { security: allowed.map((role) => ({ bearer: [role] })), middleware: [authenticate(allowed)] };
}

/** 401 without a valid token, 403 without one of the roles. Every service verifies tokens itself. */
function authenticate(allowed: Role[]) {
  return createMiddleware<AccessEnv>(async (c, next) => {
    const token = /^Bearer +([^ ]+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    const identity = token
      ? await verifyAccessToken(token, { publicKeys: c.env.JWT_PUBLIC_KEYS, issuer: c.env.JWT_ISSUER })
      : null;
    if (!identity) {
      throw new Problem('unauthorized', 'Send a valid access token as "Authorization: Bearer <token>".');
    }
    if (!allowed.some((role) => identity.roles.includes(role))) {
      throw new Problem('forbidden', `This needs one of the roles ${allowed.join(', ')}.`);
    }
    c.set('actor', identity);
    c.header('cache-control', 'no-store');
    await next();
  });
}
