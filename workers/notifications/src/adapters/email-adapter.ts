import type { Email } from '../domain/email.ts';

/** Something that sends an email, or throws. What it throws is logged, so it names no address and quotes no answer. */
export interface EmailAdapter {
  /** As `EMAIL_ADAPTER` names it. */
  readonly name: string;
  /** `eventId`: what the mail tells of; an adapter that can uses it to send once however often it is asked. */
  send(email: Email, eventId: string): Promise<void>;
}
