/** Whether a key, secret (`sk_`) or restricted (`rk_`), moves no money. */
export function isTestKey(secretKey: string): boolean {
  return /^[sr]k_test_/.test(secretKey);
}
