import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';

import { Problem } from '#shared/http/problem.ts';

/** The header as the document shows it. `requireVersion` checks it, once the resource is known to be there. */
export const IfMatchHeader = z.object({
  'if-match': z
    .string()
    .optional()
    .openapi({
      minLength: 1,
      pattern: String.raw`\S`,
      example: '"3"',
      description: 'The `ETag` of the resource as you read it. 428 without it, 412 if it has changed since.',
      param: { name: 'if-match', in: 'header', required: true },
    }),
});

/** The headers of an answer with a version, for the document. */
export const VersionHeaders = z.object({ ETag: z.string().openapi({ example: '"3"' }) });

/** The strong validator of a version (RFC 9110, section 8.8.3). */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * Compares `If-Match` with the version just read: 428 `precondition_required` without one, 412 `precondition_failed`
 * where none of its tags is this version. Weak tags never match (RFC 9110, section 13.1.1).
 */
export function requireVersion(c: Context, version: number): void {
  const header = c.req.header('if-match');
  if (header === undefined) {
    throw new Problem('precondition_required', 'Read the resource and send its ETag as If-Match.');
  }
  const tags = header.split(',').map((tag) => tag.trim());
  if (!tags.includes('*') && !tags.includes(etagOf(version))) throw changedMeanwhile();
}

/** 412: somebody else changed it, whether before the request or during it. */
export function changedMeanwhile(): Problem {
  return new Problem('precondition_failed', 'Somebody changed it since you read it. Read it again and decide anew.');
}
