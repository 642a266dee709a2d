import type { Trace } from '#shared/http/context.ts';
import type { Health } from '#shared/rpc.ts';

export interface AddressOfUser {
  id: string;
  full_name: string;
  phone_number: string;
  address_line1: string;
  address_line2: string | null;
  city: string;
  state: string;
  postal_code: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
}

export interface Contact {
  email: string;
  first_name: string;
}

export interface TokenMail extends Contact {
  /** The raw token: for the link in the mail, and nothing else. */
  token: string;
  expires_at: Date;
}

export interface UsersApi {
  /** The user's email (null if the account is gone) and those of the addresses that are theirs; others are left out. */
  shopper(
    trace: Trace,
    request: { user_id: string; address_ids: string[] },
  ): Promise<{ email: string | null; addresses: AddressOfUser[] }>;
  /** Where the user has things sent by default, as far as tax depends on it; null without a default shipping address. */
  defaultDestination(trace: Trace, request: { user_id: string }): Promise<{ country: string; state: string } | null>;
  /** Where to write to the user; null if the account is gone. */
  contact(trace: Trace, request: { user_id: string }): Promise<Contact | null>;
  /** What the public may know of who wrote something: first name and initial, `Sam S.`; null if the account is gone. */
  authorName(trace: Trace, request: { user_id: string }): Promise<string | null>;
  /**
   * A new token for a mail that verifies the address; it voids the ones before. Made when the mail is, so that a raw
   * token lies in no queue and no database. Null if the account is gone, deactivated or verified.
   */
  verificationMail(trace: Trace, request: { user_id: string }): Promise<TokenMail | null>;
  /** The same for a password reset. Null if the account is gone or not active. */
  passwordResetMail(trace: Trace, request: { user_id: string }): Promise<TokenMail | null>;
  health(): Promise<Health>;
  sweep(trace: Trace, request: { advance_seconds: number }): Promise<Record<string, number>>;
}
