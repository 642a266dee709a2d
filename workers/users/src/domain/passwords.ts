import list from './common-passwords.json' with { type: 'json' };

const shortest = 10;
const longest = 128;

/** Written by tools/common-passwords.ts. */
const commonPasswords: ReadonlySet<string> = new Set<string>(list);

/** A password's length in characters as people count them: code points, not UTF-16 units. */
export function hasPasswordLength(password: string): boolean {
  const { length } = Array.from(password);
  return length >= shortest && length <= longest;
}

/** Why a password may not be chosen for the account with this email, or null. */
export function weaknessOf(password: string, email: string): { code: string; message: string } | null {
  const plain = password.trim().toLowerCase();
  if (plain === email.toLowerCase()) {
    return { code: 'password_is_email', message: 'Choose a password that is not the email address.' };
  }
  if (commonPasswords.has(plain)) {
    return { code: 'password_common', message: 'Choose a password that fewer people use.' };
  }
  return null;
}
