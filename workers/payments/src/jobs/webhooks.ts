import { connect } from '#shared/db/postgres.ts';

import { applyNews, concludeWebhook } from '../apply-webhook.ts';
import { StoredNews } from '../domain/webhook-news.ts';
import type { Bindings } from '../env.ts';
import { listWaitingWebhooks } from '../store/webhook-events.ts';

/** What one sweep applies at most; the next one goes on. */
const atOnce = 500;

/**
 * Applies the events that the request which brought them left behind: it died, or the transaction was unknown. Answers
 * how many need no further attempt.
 */
export async function applyWaitingWebhooks(env: Bindings, now: Date): Promise<number> {
  let ended = 0;
  for (const { payload, attempts, gateway, event_id } of await listWaitingWebhooks(connect(env), now, atOnce)) {
    const key = { gateway, event_id };
    const outcome = await applyNews(env, key, StoredNews.parse(payload));
    await concludeWebhook(env, key, attempts, outcome);
    if (outcome.status !== 'RECEIVED') ended++;
  }
  return ended;
}
