import type { Trace } from '#shared/http/context.ts';
import type { Health } from '#shared/rpc.ts';

/** An email as the local mailbox shows it instead of sending it. */
export interface CapturedEmail {
  to: string;
  subject: string;
  text: string;
  html: string;
  created_at: string;
}

export interface NotificationsApi {
  /** Captured emails, newest first; all, or those to one address. Local environment only: elsewhere there are none. */
  mailbox(trace: Trace, request: { to: string | null }): Promise<CapturedEmail[]>;
  health(): Promise<Health>;
}
