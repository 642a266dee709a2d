import { requestContext } from '#shared/http/context.ts';

type Level = 'info' | 'warn' | 'error';

/** One JSON line with the request's ids. Never pass secrets or personal data. */
export function log(level: Level, message: string, fields: Record<string, unknown> = {}): void {
  const { service, requestId, traceparent } = requestContext();
  const line = JSON.stringify({ level, message, service, request_id: requestId, traceparent, ...fields });
  if (level === 'error') console.error(line);
  else if (level === 'warn') console.warn(line);
  else console.log(line);
}

/** What an operator may read of an unexpected error: never part of an answer. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) };
  const cause = error.cause instanceof Error ? error.cause.message : undefined;
  return { error: error.message, ...(cause === undefined ? {} : { cause }), stack: error.stack };
}
