import { z } from 'zod';

const Line = z.looseObject({
  level: z.enum(['info', 'warn', 'error']),
  message: z.string(),
  service: z.string(),
  request_id: z.string(),
  traceparent: z.string(),
});
const Request = z.object({ method: z.string(), path: z.string(), status: z.int(), ms: z.int(), db: z.int() });

/**
 * A worker's log line for a person: time, service, what happened, the request id's beginning. Workers log JSON, which
 * wrangler puts its own prefix in front of. Null for what wrangler says of the same requests; other lines stay as they are.
 */
export function readableLine(line: string, now: Date): string | null {
  if (line.startsWith('[wrangler:info]')) return null;
  const parsed = parse(line);
  if (!parsed) return line;
  const { level, message, service, request_id, traceparent: _, ...fields } = parsed;
  const mark = { info: ' ', warn: '!', error: '✗' }[level];
  return [
    now.toTimeString().slice(0, 8),
    mark,
    service.padEnd(13),
    said(message, fields),
    `[${request_id.slice(0, 8)}]`,
  ]
    .join(' ')
    .trimEnd();
}

function parse(line: string): z.infer<typeof Line> | null {
  const json = /\{.*\}\s*$/.exec(line)?.[0];
  if (json === undefined) return null;
  try {
    return Line.safeParse(JSON.parse(json)).data ?? null;
  } catch {
    return null;
  }
}

function said(message: string, fields: Record<string, unknown>): string {
  const request = message === 'request' ? Request.safeParse(fields).data : undefined;
  if (request) {
    const { method, path, status, ms, db } = request;
    return `${status} ${method} ${path}  ${ms} ms, ${db} db`;
  }
  const { stack, ...shown } = fields;
  const list = Object.entries(shown).map(([name, value]) => `${name}=${text(value)}`);
  const frames = Array.isArray(stack) ? stack.map((frame) => `\n           ${text(frame)}`) : [];
  return [message, ...list].join('  ') + frames.join('');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
