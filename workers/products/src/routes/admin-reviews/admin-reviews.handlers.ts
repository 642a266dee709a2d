import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';

import { connect } from '#shared/db/postgres.ts';
import { auditEvent } from '#shared/events/audit.ts';
import { page, readCursor, TimeKey } from '#shared/http/pages.ts';
import { notFound } from '#shared/http/problem.ts';

import type { ProductsEnv } from '../../env.ts';
import { moderateReview } from '../../store/review-changes.ts';
import * as store from '../../store/review-moderation.ts';
import type { ReviewedProductRow } from '../../store/review-rows.ts';
import { sendEvents } from '../reviews/send-events.ts';
import { approveReview, listReviews, rejectReview } from './admin-reviews.contract.ts';

export function addAdminReviewRoutes(app: OpenAPIHono<ProductsEnv>): void {
  app.openapi(listReviews, async (c) => {
    const { limit, cursor, sort, status, product_id } = c.req.valid('query');
    const list = { path: listReviews.path, sort, status, product_id };
    const after = readCursor(cursor, list, TimeKey);
    const rows = await store.listReviews(connect(c.env), { sort, status, product_id, after, limit: limit + 1 });
    const position = ({ created_at, id }: (typeof rows)[number]) => ({ key: created_at, id });
    return c.json(page(c, rows, { limit, list, position }), 200);
  });

  app.openapi(approveReview, async (c) => {
    return c.json(await moderate(c, c.req.valid('param').id, 'approved'), 200);
  });

  app.openapi(rejectReview, async (c) => {
    return c.json(await moderate(c, c.req.valid('param').id, 'rejected'), 200);
  });
}

async function moderate(
  c: Context<ProductsEnv>,
  id: string,
  status: 'approved' | 'rejected',
): Promise<ReviewedProductRow> {
  const audit = auditEvent({
    actor_id: c.var.actor.id,
    action: `review.${status}`,
    resource_type: 'review',
    resource_id: id,
    before: {},
    after: { status },
  });
  const moderated = await moderateReview(connect(c.env), id, { isApproved: status === 'approved', audit });
  if (!moderated) throw notFound('review');
  sendEvents(c, moderated.events);
  return moderated.review;
}
