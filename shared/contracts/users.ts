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

export interface UsersApi {
  /** The user's email (null if the account is gone) and those of the addresses that are theirs; others are left out. */
  shopper(
    trace: Trace,
    request: { user_id: string; address_ids: string[] },
  ): Promise<{ email: string | null; addresses: AddressOfUser[] }>;
  health(): Promise<Health>;
  sweep(trace: Trace, request: { advance_seconds: number }): Promise<Record<string, number>>;
}
