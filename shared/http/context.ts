import { AsyncLocalStorage } from 'node:async_hooks';

/** What identifies a call across workers: our request id and the W3C trace context. Passed along with every RPC. */
export interface Trace {
  requestId: string;
  traceparent: string;
}

/** The request, event or job that the running code works for. */
export interface RequestContext extends Trace {
  service: string;
  /** Database round trips so far; answers show it in `Server-Timing`. */
  roundTrips: number;
  /** Whether it is an event, which is delivered again where its consumer fails. */
  isEvent?: boolean;
}

const storage = new AsyncLocalStorage<RequestContext>();
const nothing: RequestContext = { service: 'none', requestId: 'none', traceparent: '', roundTrips: 0 };

export function requestContext(): RequestContext {
  return storage.getStore() ?? nothing;
}

/** The trace to hand to another service. */
export function currentTrace(): Trace {
  const { requestId, traceparent } = requestContext();
  return { requestId, traceparent };
}

/** Runs work for a request of another service, an event or a job, so that its log lines name the origin. */
export function withTrace<Result>(service: string, trace: Trace, work: () => Promise<Result>): Promise<Result> {
  return storage.run({ ...trace, service, roundTrips: 0 }, work);
}

export function newTrace(): Trace {
  return { requestId: crypto.randomUUID(), traceparent: newTraceparent() };
}

/** The caller's ids where they are well-formed, new ones otherwise (W3C Trace Context, version 00). */
export function traceOf(headers: Headers): Trace {
  const requestId = headers.get('x-request-id') ?? '';
  const traceparent = headers.get('traceparent') ?? '';
  return {
    requestId: /^[A-Za-z0-9._-]{8,128}$/.test(requestId) ? requestId : crypto.randomUUID(),
    traceparent: /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(traceparent)
      ? traceparent
      : newTraceparent(),
  };
}

function newTraceparent(): string {
  return `00-${randomHex()}-${randomHex().slice(16)}-01`;
}

/** 32 digits. */
function randomHex(): string {
  return crypto.randomUUID().replaceAll('-', '');
}
