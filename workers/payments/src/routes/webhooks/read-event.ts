import { ZodError } from 'zod';

import { invalid, Problem } from '#shared/http/problem.ts';

import type { Bindings } from '../../env.ts';
import { gatewayNamed, whyUnusable } from '../../gateways/gateways.ts';
import type { WebhookEvent } from '../../gateways/payment-gateway.ts';

/**
 * The event of a signed request. 401 unless the gateway is in use here and has signed these very bytes lately, whatever
 * of it is wrong; 400 for signed bytes that are no JSON; 422 for JSON that is no event.
 */
export async function readEvent(env: Bindings, gateway: string, request: Request, now: Date): Promise<WebhookEvent> {
  const body = exactText(await request.arrayBuffer());
  if (body === null || whyUnusable(gateway, env) !== null) throw unsigned();
  const event = await verified(() => gatewayNamed(env, gateway).verifyWebhook({ body, headers: request.headers }, now));
  if (event === null) throw unsigned();
  return event;
}

/** The text whose UTF-8 is exactly these bytes; null if there is none. */
function exactText(bytes: ArrayBuffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

async function verified(verify: () => Promise<WebhookEvent | null>): Promise<WebhookEvent | null> {
  try {
    return await verify();
  } catch (error) {
    if (error instanceof SyntaxError) throw new Problem('malformed_json', 'Send a body that is valid JSON in UTF-8.');
    if (error instanceof ZodError) throw invalid(error.issues.map(entryOf));
    throw error;
  }
}

function entryOf({ path, code, message }: ZodError['issues'][number]) {
  return { pointer: path.map((part) => `/${String(part)}`).join(''), code, message };
}

function unsigned(): Problem {
  return new Problem('unauthorized', 'The request is not signed by the gateway, or not lately.');
}
