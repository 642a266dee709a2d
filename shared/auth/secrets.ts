import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits for a token that is shown once. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of such a token. */
export function sha256(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}
