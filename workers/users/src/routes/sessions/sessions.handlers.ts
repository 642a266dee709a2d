import type { OpenAPIHono } from '@hono/zod-openapi';
import { UUID } from 'uuidv7';

import { connect } from '#shared/db/postgres.ts';
import { page, readCursor, TimeKey } from '#shared/http/pages.ts';
import { notFound } from '#shared/http/problem.ts';

import type { UsersEnv } from '../../env.ts';
import * as store from '../../store/session-list.ts';
import { accountGone } from '../values.ts';
import { endSession, listSessions, type OpenSession } from './sessions.contract.ts';

const list = { path: listSessions.path, sort: '-created_at' };

export function addSessionRoutes(app: OpenAPIHono<UsersEnv>): void {
  app.openapi(listSessions, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const position = readCursor(cursor, list, TimeKey);
    const rows = await store.listSessions(connect(c.env), c.get('actor').id, { position, limit: limit + 1 });
    if (!rows) throw accountGone();
    const sessions = rows.map(presentSession);
    const answer = page(c, sessions, { limit, list, position: ({ created_at, id }) => ({ key: created_at, id }) });
    return c.json(answer, 200);
  });

  app.openapi(endSession, async (c) => {
    const outcome = await store.endSession(connect(c.env), c.get('actor').id, c.req.valid('param').id);
    if (outcome === 'account_gone') throw accountGone();
    if (outcome === 'not_found') throw notFound('session');
    return c.body(null, 204);
  });
}

function presentSession({ last_used_at, expires_at, ...session }: store.SessionRow): OpenSession {
  return {
    ...session,
    created_at: beginningOf(session.id).toISOString(),
    last_used_at: last_used_at.toISOString(),
    expires_at: expires_at.toISOString(),
  };
}

/** The id was made when the session began (UUIDv7: 48 bits of milliseconds). Its first token may be gone by now. */
function beginningOf(id: string): Date {
  return new Date(Number.parseInt(UUID.parse(id).toHex().slice(0, 12), 16));
}
