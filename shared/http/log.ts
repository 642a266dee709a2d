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

/**
 * What an operator may read of an unexpected error; never part of an answer. Only the innermost message: the ones around
 * it can hold a failed statement with its parameters, and so personal data.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error };
  let root = error;
  while (root.cause instanceof Error) root = root.cause;
  const frames = error.stack?.split('\n').filter((line) => line.startsWith('    at '));
  return { error: `${root.name}: ${root.message}`.slice(0, 1_000), stack: frames?.slice(0, 10) };
}
