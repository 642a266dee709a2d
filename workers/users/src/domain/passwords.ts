const shortest = 10;
const longest = 128;

/** A password's length in characters as people count them: code points, not UTF-16 units. */
export function hasPasswordLength(password: string): boolean {
  const { length } = Array.from(password);
  return length >= shortest && length <= longest;
}

/** Why a password may not be chosen for the account with this email, or null. */
export async function weaknessOf(password: string, email: string): Promise<{ code: string; message: string } | null> {
  const plain = password.trim().toLowerCase();
  if (plain === email.toLowerCase()) {
    return { code: 'password_is_email', message: 'Choose a password that is not the email address.' };
  }
  if ((await commonPasswords()).has(plain)) {
    return { code: 'password_common', message: 'Choose a password that fewer people use.' };
  }
  return null;
}

let loading: Promise<ReadonlySet<string>> | undefined;

/** Unpacked when the first password is chosen: most requests never need the list, and starting should not wait for it. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  loading ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set(dictionary['passwords-common'].filter(hasPasswordLength)),
  );
  return loading;
}
