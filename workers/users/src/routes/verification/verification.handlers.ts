import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { dispatch } from '#shared/events/outbox.ts';

import { queuesOf, type UsersEnv } from '../../env.ts';
import { requestMail } from '../../store/mail-requests.ts';
import { verifyEmail as verify } from '../../store/mail-tokens.ts';
import { invalidToken, personal } from '../values.ts';
import { resendVerification, verifyEmail } from './verification.contract.ts';

export function addVerificationRoutes(app: OpenAPIHono<UsersEnv>): void {
  app.openapi(verifyEmail, async (c) => {
    const isVerified = await verify(connect(c.env), c.req.valid('json').token);
    if (!isVerified) throw invalidToken();
    return c.body(null, 204, personal);
  });

  app.openapi(resendVerification, async (c) => {
    const db = connect(c.env);
    const event = await requestMail(db, 'user.verification_requested', c.req.valid('json').email);
    if (event) c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), [event]));
    return c.body(null, 202, personal);
  });
}
