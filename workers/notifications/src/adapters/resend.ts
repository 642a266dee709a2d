import { z } from 'zod';

import { sha256 } from '#shared/auth/secrets.ts';

import type { Sender } from '../domain/email.ts';
import type { EmailAdapter } from './email-adapter.ts';

const endpoint = 'https://api.resend.com/emails';
const timeoutMilliseconds = 10_000;

const Refusal = z.object({ name: z.string().regex(/^\w+$/) });

interface Options {
  apiKey: string;
  sender: Sender;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** Resend over HTTP. It remembers idempotency keys for 24 hours. */
export function resendAdapter({ apiKey, sender, fetch: ask = (url, init) => fetch(url, init) }: Options): EmailAdapter {
  return {
    name: 'resend',
    send: async (email, eventId) => {
      const { to, subject, text, html } = email;
      const body = JSON.stringify({ from: `${quoted(sender.name)} <${sender.email}>`, to: [to], subject, text, html });
      const response = await ask(endpoint, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          authorization: `Bearer ${apiKey}`,
          'content-type': 'application/json',
          // Resend refuses a known key with another body. That would be a mail written anew, with a new token that voids
          // the one in the mail before: it has to go out.
          'idempotency-key': `${eventId}/${sha256(body)}`,
        },
        body,
        signal: AbortSignal.timeout(timeoutMilliseconds),
      });
      if (!response.ok) throw new Error(`Resend did not take the email: ${response.status} ${await nameOf(response)}`);
      await response.body?.cancel();
    },
  };
}

/** Such as `invalid_api_key`. The message beside it can name the recipient. */
async function nameOf(response: Response): Promise<string> {
  const answer = Refusal.safeParse(await response.json().catch(() => null));
  return answer.success ? answer.data.name : 'unknown';
}

/** A display name in quotes (RFC 5322), in which a comma or a dot is part of the name. */
function quoted(name: string): string {
  return `"${name.replaceAll(/["\\]/g, '')}"`;
}
