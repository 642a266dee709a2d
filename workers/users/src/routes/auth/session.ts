import { uuidv7 } from 'uuidv7';

import { signAccessToken } from '#shared/auth/tokens.ts';

import { type Bindings, signingOf } from '../../env.ts';
import type { Account } from '../../store/accounts.ts';
import { presentUser } from '../profile/user.ts';
import type { GuestSession, Session } from './auth.contract.ts';

const accountSeconds = 15 * 60;
const guestSeconds = 7 * 24 * 60 * 60;

/** What signs a user in: a fresh access token beside the refresh token that the store has just kept. */
export async function sessionOf(env: Bindings, account: Account, refreshToken: string): Promise<Session> {
  return {
    user: presentUser(account),
    access_token: await signAccessToken(account, { ...signingOf(env), seconds: accountSeconds }),
    token_type: 'Bearer',
    expires_in: accountSeconds,
    refresh_token: refreshToken,
  };
}

/** An identity that nothing is stored of: its id exists in the token alone. */
export async function guestSession(env: Bindings): Promise<GuestSession> {
  const guest = { id: uuidv7(), roles: ['GUEST'] };
  return {
    access_token: await signAccessToken(guest, { ...signingOf(env), seconds: guestSeconds }),
    token_type: 'Bearer',
    expires_in: guestSeconds,
  };
}
