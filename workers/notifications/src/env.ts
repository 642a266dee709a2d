import type { LocalBindings } from '#shared/env.ts';

import { type Sender, senderOf } from './domain/email.ts';

export type Bindings = NotificationsBindings &
  LocalBindings & {
    /** A secret, needed by the adapter `resend` alone. */
    RESEND_API_KEY?: string;
  };

/** What a mail says of the shop that sends it. */
export interface Shop {
  sender: Sender;
  /** The shop's own pages, without a slash at the end. */
  storefrontUrl: string;
}

export function shopOf({ EMAIL_FROM, STOREFRONT_URL }: Pick<Bindings, 'EMAIL_FROM' | 'STOREFRONT_URL'>): Shop {
  return { sender: senderOf(EMAIL_FROM), storefrontUrl: STOREFRONT_URL.replace(/\/+$/, '') };
}
