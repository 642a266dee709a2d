import { type Bindings, shopOf } from '../env.ts';
import { cloudflareAdapter } from './cloudflare.ts';
import type { EmailAdapter } from './email-adapter.ts';
import { type CapturingMailbox, mailboxAdapter } from './mailbox.ts';
import { resendAdapter } from './resend.ts';

type Choice = Pick<
  Bindings,
  'EMAIL' | 'EMAIL_ADAPTER' | 'EMAIL_FROM' | 'ENVIRONMENT' | 'RESEND_API_KEY' | 'STOREFRONT_URL' | 'TEST_CHECKPOINTS'
> & { MAILBOX: { getByName(name: string): CapturingMailbox } };

/** The one mailbox of a shop. */
export const mailboxName = 'mailbox';

/** The adapter that `EMAIL_ADAPTER` names. Throws if it must not or cannot be used: the events wait for the operator. */
export function adapterOf(env: Choice): EmailAdapter {
  const { sender } = shopOf(env);
  switch (env.EMAIL_ADAPTER) {
    case 'cloudflare':
      return cloudflareAdapter(env.EMAIL, sender);
    case 'resend':
      if (!env.RESEND_API_KEY) throw new Error('EMAIL_ADAPTER is resend: set the secret RESEND_API_KEY.');
      return resendAdapter({ apiKey: env.RESEND_API_KEY, sender });
    case 'mailbox':
      // Nobody would get their mail, and the links in it would lie there to be read.
      if (env.ENVIRONMENT === 'production') throw new Error('EMAIL_ADAPTER mailbox is refused in production.');
      return mailboxAdapter({
        mailbox: env.MAILBOX.getByName(mailboxName),
        withFaults: env.TEST_CHECKPOINTS === 'on',
      });
    default:
      throw new Error('EMAIL_ADAPTER names no adapter that exists.');
  }
}
