import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { checkpoint } from '#shared/http/checkpoint.ts';
import { describeError, log } from '#shared/http/log.ts';

import { applyNews, concludeWebhook } from '../../apply-webhook.ts';
import { storableNews } from '../../domain/webhook-news.ts';
import type { PaymentsEnv } from '../../env.ts';
import { insertWebhookEvent } from '../../store/webhook-events.ts';
import { readEvent } from './read-event.ts';
import { receiveWebhook, SandboxWebhook, signatures } from './webhooks.contract.ts';

export function addWebhookRoutes(app: OpenAPIHono<PaymentsEnv>): void {
  app.openAPIRegistry.register('SandboxWebhook', SandboxWebhook);
  for (const [name, scheme] of Object.entries(signatures)) {
    app.openAPIRegistry.registerComponent('securitySchemes', name, scheme);
  }

  app.openapi(receiveWebhook, async (c) => {
    const { gateway } = c.req.valid('param');
    const { id: event_id, type, news } = await readEvent(c.env, gateway, c.req.raw, new Date());
    const key = { gateway, event_id };
    const isNew = await insertWebhookEvent(connect(c.env), { ...key, type, payload: storableNews(news) });
    await checkpoint(c, 'webhook.received');
    if (isNew) {
      const outcome = await applyNews(c.env, key, news);
      await checkpoint(c, 'webhook.settled');
      // What is not written down here is applied once more by the sweep.
      await concludeWebhook(c.env, key, 0, outcome).catch((error: unknown) => {
        log('error', 'webhook applied, but not marked', { ...key, ...describeError(error) });
      });
    }
    return c.json({ received: true as const }, 200);
  });
}
