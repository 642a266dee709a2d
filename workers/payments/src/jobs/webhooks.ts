import { connect } from '#shared/db/postgres.ts';

import { applyNews, concludeWebhook, type Outcome } from '../apply-webhook.ts';
import { StoredNews } from '../domain/webhook-news.ts';
import type { Bindings } from '../env.ts';
import { listWaitingWebhooks } from '../store/webhook-events.ts';

/** What one sweep applies at most; the next one goes on. */
const atOnce = 500;

/** Of another version, or changed by hand. It stands in no other's way. */
const unreadable: Outcome = { status: 'RECEIVED', reason: 'What was kept of it cannot be read.' };

/**
 * Applies the events that the request which brought them left behind: it died, or the transaction was unknown. Answers
 * how many need no further attempt.
 */
export async function applyWaitingWebhooks(env: Bindings, now: Date): Promise<number> {
  let ended = 0;
  for (const { payload, attempts, gateway, event_id } of await listWaitingWebhooks(connect(env), now, atOnce)) {
    const key = { gateway, event_id };
    const news = StoredNews.safeParse(payload);
    const outcome = news.success ? await applyNews(env, key, news.data) : unreadable;
    await concludeWebhook(env, key, attempts, outcome);
    if (outcome.status !== 'RECEIVED') ended++;
  }
  return ended;
}
