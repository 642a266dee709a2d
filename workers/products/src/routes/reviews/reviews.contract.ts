import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, created, errors, IdPath, json, jsonBody } from '#shared/http/contract.ts';
import { PageQuery, pageOf, TimeSort } from '#shared/http/pages.ts';
import { Id, text, Timestamp } from '#shared/http/values.ts';

import { notModified, publicRead } from '../public-read.ts';

const Stars = z.int().min(1).max(5).openapi({ example: 5 });

const fields = {
  rating: Stars.openapi({ description: '1 (worst) to 5 (best).' }),
  title: text(255).nullable().openapi({ example: 'Sturdy and handsome' }),
  comment: text(5_000).nullable().openapi({
    example: 'Survived the first frost.',
    description: 'Plain text: whoever shows it escapes it for the place where it stands.',
  }),
};

const ReviewInput = z
  .strictObject({ ...fields, title: fields.title.default(null), comment: fields.comment.default(null) })
  .openapi('ReviewInput', {
    example: { rating: 5, title: 'Sturdy and handsome', comment: 'Survived the first frost.' },
  });

const ReviewPatch = z
  .strictObject(fields)
  .partial()
  .openapi('ReviewPatch', { example: { rating: 4, comment: 'Cracked in the second winter.' } });

export const ReviewStatus = z.enum(['pending', 'approved', 'rejected']).openapi('ReviewStatus', {
  description: 'Only approved reviews are public and count into the rating of the product.',
});

const reviewExample = {
  id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e4f',
  product_id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f',
  author_name: 'Ada L.',
  rating: 5,
  title: 'Sturdy and handsome',
  comment: 'Survived the first frost.',
  is_verified_purchase: true,
  created_at: '2026-11-22T21:24:42.123Z',
  updated_at: '2026-11-22T21:24:42.123Z',
};

const ReviewFields = z.object({
  id: Id,
  product_id: Id,
  author_name: z.string().openapi({ description: 'First name and initial.' }),
  rating: Stars,
  title: z.string().nullable(),
  comment: z.string().nullable(),
  is_verified_purchase: z.boolean().openapi({
    description:
      'An order of theirs with it, or with another variant of it, was paid and neither cancelled nor refunded.',
  }),
  created_at: Timestamp,
  updated_at: Timestamp,
});

const Review = ReviewFields.openapi('Review', { example: reviewExample });
export type Review = z.infer<typeof Review>;

const OwnReview = ReviewFields.extend({ status: ReviewStatus }).openapi('OwnReview', {
  example: { ...reviewExample, status: 'pending' },
});
export type OwnReview = z.infer<typeof OwnReview>;

export const AdminReview = OwnReview.extend({
  user_id: Id,
  moderated_at: Timestamp.nullable().openapi({ description: 'Null while it is pending.' }),
  product: z.object({ id: Id, name: z.string(), slug: z.string() }).openapi('ReviewedProduct'),
}).openapi('AdminReview', {
  example: {
    ...reviewExample,
    status: 'approved',
    user_id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e5f',
    moderated_at: '2026-11-22T22:00:00.000Z',
    product: { id: reviewExample.product_id, name: 'Clay Plant Pot', slug: 'clay-plant-pot' },
  },
});

export const listProductReviews = contract({
  method: 'get',
  path: '/v1/products/{id}/reviews',
  operationId: 'listProductReviews',
  tags: ['Reviews'],
  summary: "List a product's approved reviews, newest first",
  ...publicRead,
  request: {
    params: IdPath,
    query: PageQuery.extend({
      sort: TimeSort,
      rating: z.coerce.number().int().min(1).max(5).optional().openapi({
        description: 'Only reviews with as many stars.',
        example: 5,
      }),
    }),
  },
  responses: {
    200: json(pageOf(Review).openapi('ReviewPage'), 'A page of reviews'),
    304: notModified,
    ...errors('invalid_cursor'),
  },
});

export const createReview = contract({
  method: 'post',
  path: '/v1/products/{id}/reviews',
  operationId: 'createReview',
  tags: ['Reviews'],
  summary: 'Review a product',
  description: 'It is public once staff have approved it. One review a user and product; deleting it allows a new one.',
  ...access.customer,
  request: { params: IdPath, body: jsonBody(ReviewInput) },
  responses: { 201: created(OwnReview, 'The new review'), ...errors('already_reviewed') },
});

export const updateReview = contract({
  method: 'patch',
  path: '/v1/reviews/{id}',
  operationId: 'updateReview',
  tags: ['Reviews'],
  summary: 'Change your review',
  description:
    'An edit goes back to moderation: until it is approved again, the review is not public and its rating does not ' +
    'count. One that changes nothing leaves it as it is.',
  ...access.customer,
  request: { params: IdPath, body: jsonBody(ReviewPatch) },
  responses: { 200: json(OwnReview, 'The review as it is now') },
});

export const deleteReview = contract({
  method: 'delete',
  path: '/v1/reviews/{id}',
  operationId: 'deleteReview',
  tags: ['Reviews'],
  summary: 'Delete your review',
  description: 'Its rating no longer counts, and you may write a new one.',
  ...access.customer,
  request: { params: IdPath },
  responses: { 204: { description: 'The review is gone' } },
});
