import type { Sender } from '../domain/email.ts';
import type { EmailAdapter } from './email-adapter.ts';

/** Cloudflare's Email Service through its `send_email` binding, which makes the MIME message itself. */
export function cloudflareAdapter(binding: Pick<SendEmail, 'send'>, sender: Sender): EmailAdapter {
  return {
    name: 'cloudflare',
    send: async ({ to, subject, text, html }) => {
      const refusal = await binding.send({ from: sender, to, subject, text, html }).then(() => null, codeOf);
      if (refusal !== null) throw new Error(`Cloudflare did not take the email: ${refusal}`);
    },
  };
}

/** Such as `E_SENDER_NOT_VERIFIED`. The message beside it can name the recipient. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^\w+$/.test(code) ? code : 'unknown';
}
