import type { Context } from 'hono';

import { connect } from '#shared/db/postgres.ts';
import type { OutboxEvent } from '#shared/events/events.ts';
import { dispatch } from '#shared/events/outbox.ts';

import { type ProductsEnv, queuesOf } from '../../env.ts';

/** Sends what a committed change told of, if it changed anything, after the answer. */
export function sendEvents(c: Context<ProductsEnv>, events: OutboxEvent[]): void {
  if (events.length > 0) c.executionCtx.waitUntil(dispatch(connect(c.env), queuesOf(c.env), events));
}
