import { connect } from '#shared/db/postgres.ts';
import { currentTrace } from '#shared/http/context.ts';
import { describeError, log } from '#shared/http/log.ts';
import { dependency } from '#shared/rpc.ts';

import type { Bindings } from '../../env.ts';
import { forgetAuthor } from '../../store/reviews.ts';

/** First name and initial; null if the account is gone. */
export function authorName(env: Bindings, user_id: string): Promise<string | null> {
  return dependency<string | null>('users', env.USERS_SERVICE.authorName(currentTrace(), { user_id }));
}

/** Whether an order of the user with one of these products was paid and stands. */
export function hasPurchased(env: Bindings, user_id: string, product_ids: string[]): Promise<boolean> {
  return dependency<boolean>('orders', env.ORDERS_SERVICE.hasPurchased(currentTrace(), { user_id, product_ids }));
}

/**
 * An account can be deleted between the question for its name and the writing of its review; the event that erases the
 * name may then have come too early. Asks once more after the review is written, when any later event finds it.
 */
export async function forgetLateAuthor(env: Bindings, user_id: string): Promise<void> {
  try {
    if ((await authorName(env, user_id)) === null) await forgetAuthor(connect(env), user_id);
  } catch (error) {
    log('warn', 'author not asked for again', describeError(error));
  }
}
