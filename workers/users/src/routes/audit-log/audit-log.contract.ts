import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, errors, json } from '#shared/http/contract.ts';
import { PageQuery, pageOf } from '#shared/http/pages.ts';
import { Id, text, Timestamp } from '#shared/http/values.ts';

const AuditLogQuery = PageQuery.extend({
  actor_id: Id.optional().openapi({ description: 'Only what this user did.' }),
  resource_type: text(50)
    .optional()
    .openapi({ description: 'Only what was done to things of this kind.', example: 'user' }),
  resource_id: text(100).optional().openapi({
    description: 'Only what was done to this one.',
    example: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f',
  }),
});

const Fields = z.record(z.string(), z.unknown()).nullable();

const AuditEntry = z
  .object({
    id: Id,
    actor_id: Id,
    action: z.string(),
    resource_type: z.string(),
    resource_id: z.string(),
    before: Fields.openapi({ description: 'The changed fields as they were; null for something new.' }),
    after: Fields.openapi({ description: 'The changed fields as they became.' }),
    request_id: z.string(),
    created_at: Timestamp,
  })
  .openapi('AuditEntry', {
    example: {
      id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f',
      actor_id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e2a',
      action: 'user.deactivated',
      resource_type: 'user',
      resource_id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e3b',
      before: { is_active: true },
      after: { is_active: false },
      request_id: '4f7c2a90-1d6e-4b8a-9c35-7e2f1a0b6d48',
      created_at: '2026-11-22T21:24:42.123Z',
    },
  });

export type AuditEntry = z.infer<typeof AuditEntry>;

export const listAuditLog = contract({
  method: 'get',
  path: '/v1/admin/audit-log',
  operationId: 'listAuditLog',
  tags: ['User administration'],
  summary: 'List what administrators changed, newest first',
  ...access.admin,
  request: { query: AuditLogQuery },
  responses: {
    200: json(pageOf(AuditEntry).openapi('AuditLogPage'), 'A page of changes'),
    ...errors('invalid_cursor'),
  },
});
