import { z } from 'zod';

import { configuration, text } from '#shared/configuration.ts';
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

const Configured = z
  .looseObject({
    ENVIRONMENT: text,
    EMAIL_ADAPTER: z.enum(['cloudflare', 'resend', 'mailbox']),
    EMAIL_FROM: text,
    STOREFRONT_URL: z.url(),
  })
  .refine(({ EMAIL_ADAPTER, RESEND_API_KEY }) => EMAIL_ADAPTER !== 'resend' || RESEND_API_KEY, {
    path: ['RESEND_API_KEY'],
    // Also where something else is wrong, so that all of it is told at once.
    when: () => true,
  });

/** What this worker needs to do anything at all. */
export const configured = configuration('notifications', Configured);
