import type { Email } from '../domain/email.ts';
import type { EmailAdapter } from './email-adapter.ts';

/** What the adapter needs of the `Mailbox` Durable Object. */
export interface CapturingMailbox {
  capture(email: Email): PromiseLike<void>;
  countAttempt(eventId: string): PromiseLike<number>;
}

interface Options {
  mailbox: CapturingMailbox;
  /** Tests only: the first two attempts for an address with `bounce-twice` in it fail. */
  withFaults: boolean;
}

/** Keeps emails where a developer can read them, and sends none. */
export function mailboxAdapter({ mailbox, withFaults }: Options): EmailAdapter {
  return {
    name: 'mailbox',
    send: async (email, eventId) => {
      if (withFaults && email.to.includes('bounce-twice') && (await mailbox.countAttempt(eventId)) <= 2) {
        throw new Error('The mailbox did not take the email, as the test wants it.');
      }
      await mailbox.capture(email);
    },
  };
}
