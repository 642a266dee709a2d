import { describeError, log } from '#shared/http/log.ts';

import { signatureOf } from './signature.ts';

/** A webhook on its way: the same id and body each time it is sent. */
export interface Delivery {
  event_id: string;
  body: string;
}

/** Where webhooks go and with what they are signed. */
export interface Receiver {
  url: string;
  secret: string;
}

const secondMilliseconds = 1_000;
const longestPauseMilliseconds = 10 * 60_000;
const timeoutMilliseconds = 10_000;

/** How long to wait after the nth attempt: a second, twice as long each time, 10 minutes at most. */
export function pauseAfter(attempt: number): number {
  return Math.min(secondMilliseconds * 2 ** (attempt - 1), longestPauseMilliseconds);
}

/** Sends a webhook, signed now. Whether it was taken. */
export async function deliver({ url, secret }: Receiver, { event_id, body }: Delivery): Promise<boolean> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sandbox-signature': signatureOf(body, secret, new Date()) },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
    await response.body?.cancel();
    if (!response.ok) log('warn', 'webhook of the sandbox not taken', { event_id, status: response.status });
    return response.ok;
  } catch (error) {
    log('warn', 'webhook of the sandbox not delivered', { event_id, ...describeError(error) });
    return false;
  }
}
