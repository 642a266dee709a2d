import type { Contact, UsersApi } from '#shared/contracts/users.ts';
import type { EventPayload, EventType } from '#shared/events/events.ts';
import { currentTrace } from '#shared/http/context.ts';
import { dependency } from '#shared/rpc.ts';

import type { Email } from '../domain/email.ts';
import { writeEmail } from '../domain/layout.ts';
import {
  orderCancelledLetter,
  orderConfirmedLetter,
  orderRefundedLetter,
  orderShippedLetter,
  passwordChangedLetter,
  passwordResetLetter,
  verificationLetter,
  type Wording,
} from '../domain/letters.ts';
import type { Shop } from '../env.ts';

type Mailed = Extract<
  EventType,
  | 'user.registered'
  | 'user.verification_requested'
  | 'user.password_reset_requested'
  | 'user.password_changed'
  | 'order.confirmed'
  | 'order.shipped'
  | 'order.cancelled'
  | 'order.refunded'
>;

/** Something that a user is told of by email. */
export type Occasion = { [Type in Mailed]: { type: Type; payload: EventPayload<Type> } }[Mailed];

/** What is asked of the users service. */
export type Addressees = {
  [Question in 'contact' | 'verificationMail' | 'passwordResetMail']: (
    ...request: Parameters<UsersApi[Question]>
  ) => PromiseLike<Awaited<ReturnType<UsersApi[Question]>>>;
};

/** The email for an occasion, to the address that the user has now; null if there is nobody to write to any more. */
export async function compose(users: Addressees, shop: Shop, occasion: Occasion): Promise<Email | null> {
  const request = { user_id: occasion.payload.user_id };
  switch (occasion.type) {
    case 'user.registered':
    case 'user.verification_requested': {
      const mail = await dependency('users', users.verificationMail(currentTrace(), request));
      return mail && addressed(shop, mail, verificationLetter(shop, mail));
    }
    case 'user.password_reset_requested': {
      const mail = await dependency('users', users.passwordResetMail(currentTrace(), request));
      return mail && addressed(shop, mail, passwordResetLetter(shop, mail));
    }
    default: {
      const contact = await dependency('users', users.contact(currentTrace(), request));
      return contact && addressed(shop, contact, wordingOf(occasion));
    }
  }
}

type Token = 'user.registered' | 'user.verification_requested' | 'user.password_reset_requested';

function wordingOf({ type, payload }: Exclude<Occasion, { type: Token }>): Wording {
  switch (type) {
    case 'user.password_changed':
      return passwordChangedLetter;
    case 'order.confirmed':
      return orderConfirmedLetter(payload);
    case 'order.shipped':
      return orderShippedLetter(payload);
    case 'order.cancelled':
      return orderCancelledLetter(payload);
    case 'order.refunded':
      return orderRefundedLetter(payload);
  }
}

function addressed(shop: Shop, { email, first_name }: Contact, wording: Wording): Promise<Email> {
  return writeEmail(shop, email, { ...wording, name: first_name });
}
