import type { Context } from 'hono';

import { currentTrace } from '#shared/http/context.ts';
import { describeError, log } from '#shared/http/log.ts';
import { within } from '#shared/rpc.ts';

import type { UsersEnv } from '../../env.ts';

/** How long a login waits for the carts. What takes longer goes on after the answer. */
const mergeMilliseconds = 2_000;

/**
 * Lets the user's cart take over what was put into the guest's before. Nothing of it fails a login: with a dead token, or
 * while the cart is down, the user is signed in without, and may ask for the merge later.
 */
export async function mergeGuestCart(
  c: Context<UsersEnv>,
  request: { user_id: string; cart_token: string | undefined },
): Promise<void> {
  const { user_id, cart_token } = request;
  if (cart_token === undefined) return;
  const merging = merge(c, { user_id, cart_token });
  c.executionCtx.waitUntil(merging);
  await within(mergeMilliseconds, merging).catch(() =>
    log('warn', 'login before the carts are merged', { user: user_id }),
  );
}

async function merge(c: Context<UsersEnv>, request: { user_id: string; cart_token: string }): Promise<void> {
  try {
    await c.env.CART_SERVICE.mergeGuestCart(currentTrace(), request);
  } catch (error) {
    log('warn', 'login without the cart of the guest', { user: request.user_id, ...describeError(error) });
  }
}
