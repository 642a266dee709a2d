import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { checkpoint } from '#shared/http/checkpoint.ts';
import { page, readCursor, TimeKey } from '#shared/http/pages.ts';
import { notFound, Problem } from '#shared/http/problem.ts';

import type { ProductsEnv } from '../../env.ts';
import * as changes from '../../store/review-changes.ts';
import * as store from '../../store/reviews.ts';
import { tagged } from '../public-read.ts';
import { authorName, forgetLateAuthor, hasPurchased } from './author.ts';
import { sendEvents } from './send-events.ts';
import { createReview, deleteReview, listProductReviews, updateReview } from './reviews.contract.ts';
import { presentOwnReview, presentReview } from './reviews.present.ts';

export function addReviewRoutes(app: OpenAPIHono<ProductsEnv>): void {
  app.openapi(listProductReviews, async (c) => {
    const product_id = c.req.valid('param').id;
    const { limit, cursor, sort, rating } = c.req.valid('query');
    const list = { path: listProductReviews.path, product_id, sort, rating };
    const after = readCursor(cursor, list, TimeKey);
    const wanted = { product_id, rating, sort, after, limit: limit + 1 };
    const rows = await store.findApprovedReviews(connect(c.env), wanted);
    if (!rows) throw notFound('product');
    const reviews = rows.map(presentReview);
    const position = ({ created_at, id }: (typeof reviews)[number]) => ({ key: created_at, id });
    return c.json(await tagged(c, page(c, reviews, { limit, list, position })), 200);
  });

  app.openapi(createReview, async (c) => {
    const db = connect(c.env);
    const product_id = c.req.valid('param').id;
    const user_id = c.var.actor.id;
    const [author_name, variants] = await Promise.all([
      authorName(c.env, user_id),
      store.findVariantsOfProduct(db, product_id),
    ]);
    if (author_name === null) throw new Problem('unauthorized', 'The account of this token is no longer active.');
    if (!variants) throw notFound('product');
    const is_verified_purchase = await hasPurchased(c.env, user_id, variants);
    await checkpoint(c, 'review.asked');
    const author = { user_id, author_name, is_verified_purchase };
    const review = await store.insertReview(db, { product_id, ...author, ...c.req.valid('json') });
    if (review === 'no_product') throw notFound('product');
    if (review === 'already_reviewed') {
      throw new Problem('already_reviewed', 'Change or delete the review that you wrote of this product.');
    }
    c.executionCtx.waitUntil(forgetLateAuthor(c.env, user_id));
    return c.json(presentOwnReview(review), 201, { Location: `/v1/reviews/${review.id}` });
  });

  app.openapi(updateReview, async (c) => {
    const db = connect(c.env);
    const own = { id: c.req.valid('param').id, user_id: c.var.actor.id };
    const variants = await store.findVariantsOfReview(db, own);
    if (!variants) throw notFound('review');
    const is_verified_purchase = await hasPurchased(c.env, own.user_id, variants);
    const edited = await changes.editReview(db, own, { ...c.req.valid('json'), is_verified_purchase });
    if (!edited) throw notFound('review');
    sendEvents(c, edited.events);
    return c.json(presentOwnReview(edited.review), 200);
  });

  app.openapi(deleteReview, async (c) => {
    const own = { id: c.req.valid('param').id, user_id: c.var.actor.id };
    const deleted = await changes.deleteReview(connect(c.env), own);
    if (!deleted) throw notFound('review');
    sendEvents(c, deleted.events);
    return c.body(null, 204);
  });
}
