/** An email that can be sent: its subject and address fit into headers. Made by `newEmail` alone. */
export interface Email {
  to: string;
  subject: string;
  text: string;
  html: string;
}

export interface Sender {
  name: string;
  email: string;
}

/**
 * Subject and address end up in headers, where a line break would begin another header. A subject becomes one line; an
 * address that is not a plain one is refused, without being named: errors are logged.
 */
export function newEmail({ to, subject, text, html }: Email): Email {
  return { to: plainAddress(to), subject: oneLine(subject), text, html };
}

/** `EMAIL_FROM`: `Name <address>`, or the address alone. */
export function senderOf(from: string): Sender {
  const named = /^([^<>]+)<([^<>]+)>$/.exec(from.trim());
  const email = plainAddress((named?.[2] ?? from).trim());
  return { name: oneLine(named?.[1] ?? email), email };
}

/** Without line breaks, other control characters and repeated blanks. */
export function oneLine(value: string): string {
  return value.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}

/** No blanks, and nothing that a mail server could read as a name, a second address or a second header. */
function plainAddress(value: string): string {
  if (!/^[^\s\p{Cc}<>,;:"@]+@[^\s\p{Cc}<>,;:"@]+$/u.test(value)) throw new RangeError('Not a plain email address.');
  return value;
}
