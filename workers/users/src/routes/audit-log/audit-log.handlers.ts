import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { page, readCursor, TimeKey } from '#shared/http/pages.ts';

import type { UsersEnv } from '../../env.ts';
import * as store from '../../store/audit-log.ts';
import { accountGone } from '../values.ts';
import { type AuditEntry, listAuditLog } from './audit-log.contract.ts';

export function addAuditLogRoutes(app: OpenAPIHono<UsersEnv>): void {
  app.openapi(listAuditLog, async (c) => {
    const { limit, cursor, ...filter } = c.req.valid('query');
    const { actor_id, resource_type, resource_id } = filter;
    const list = { path: listAuditLog.path, sort: '-created_at', actor_id, resource_type, resource_id };
    const position = readCursor(cursor, list, TimeKey);
    const rows = await store.listAuditLog(connect(c.env), c.get('actor').id, filter, { position, limit: limit + 1 });
    if (!rows) throw accountGone();
    const entries = rows.map(presentEntry);
    const answer = page(c, entries, { limit, list, position: ({ created_at, id }) => ({ key: created_at, id }) });
    return c.json(answer, 200);
  });
}

function presentEntry({ created_at, ...entry }: store.AuditEntry): AuditEntry {
  return { ...entry, created_at: created_at.toISOString() };
}
