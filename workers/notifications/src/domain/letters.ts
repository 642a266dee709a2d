import type { TokenMail } from '#shared/contracts/users.ts';
import type { EventPayload } from '#shared/events/events.ts';

import type { Shop } from '../env.ts';
import type { Letter } from './layout.ts';

export type Wording = Omit<Letter, 'name'>;

export function verificationLetter({ storefrontUrl }: Shop, { token, expires_at }: TokenMail): Wording {
  return {
    subject: 'Confirm your email address',
    paragraphs: ['Please confirm that this email address is yours.'],
    action: { label: 'Confirm email address', url: linkTo(storefrontUrl, 'verify-email', token) },
    notes: [
      `The link works once, until ${minuteOf(expires_at)}.`,
      'If you did not open an account with us, ignore this email.',
    ],
  };
}

export function passwordResetLetter({ storefrontUrl }: Shop, { token, expires_at }: TokenMail): Wording {
  return {
    subject: 'Choose a new password',
    paragraphs: ['Somebody, hopefully you, asked for a new password for your account.'],
    action: { label: 'Choose a new password', url: linkTo(storefrontUrl, 'reset-password', token) },
    notes: [
      `The link works once, until ${minuteOf(expires_at)}.`,
      'If you did not ask for it, ignore this email: your password stays as it is.',
    ],
  };
}

export const passwordChangedLetter: Wording = {
  subject: 'Your password was changed',
  paragraphs: [
    'The password of your account was just changed, and all devices were signed out.',
    'If it was not you, ask for a new password on our sign-in page at once, and answer this email.',
  ],
};

export function orderConfirmedLetter({ order_number }: EventPayload<'order.confirmed'>): Wording {
  return {
    subject: `Your order ${order_number} is confirmed`,
    paragraphs: [
      `Thank you for your order. It is confirmed, and its number is ${order_number}.`,
      'We will write again when it is on its way.',
    ],
  };
}

export function orderShippedLetter({ order_number, tracking_number }: EventPayload<'order.shipped'>): Wording {
  return {
    subject: `Your order ${order_number} is on its way`,
    paragraphs: [
      `We have shipped your order ${order_number}.`,
      ...(tracking_number === null ? [] : [`Its tracking number is ${tracking_number}.`]),
    ],
  };
}

export function orderCancelledLetter({ order_number }: EventPayload<'order.cancelled'>): Wording {
  return {
    subject: `Your order ${order_number} was cancelled`,
    paragraphs: [
      `Your order ${order_number} was cancelled.`,
      'If you have paid for it already, the money goes back the way it came.',
    ],
  };
}

export function orderRefundedLetter(refund: EventPayload<'order.refunded'>): Wording {
  const { order_number, refunded_amount, currency } = refund;
  return {
    subject: `A refund for your order ${order_number}`,
    paragraphs: [
      `We have refunded ${refunded_amount} ${currency} for your order ${order_number}.`,
      'The money goes back the way it came. Depending on your bank this takes a few days.',
    ],
  };
}

function linkTo(storefrontUrl: string, page: 'verify-email' | 'reset-password', token: string): string {
  return `${storefrontUrl}/${page}?token=${encodeURIComponent(token)}`;
}

const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

function minuteOf(time: Date): string {
  return `${format.format(time)} UTC`;
}
