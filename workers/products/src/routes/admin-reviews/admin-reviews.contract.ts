import { access } from '#shared/auth/access.ts';
import { contract, errors, IdPath, json } from '#shared/http/contract.ts';
import { PageQuery, pageOf, TimeSort } from '#shared/http/pages.ts';
import { Id } from '#shared/http/values.ts';

import { AdminReview, ReviewStatus } from '../reviews/reviews.contract.ts';

export const listReviews = contract({
  method: 'get',
  path: '/v1/admin/reviews',
  operationId: 'listReviews',
  tags: ['Reviews'],
  summary: 'List reviews for moderation, newest first',
  ...access.manager,
  request: {
    query: PageQuery.extend({
      sort: TimeSort,
      status: ReviewStatus.optional().openapi({ description: 'Only reviews in this status.' }),
      product_id: Id.optional().openapi({ description: 'Only reviews of this product.' }),
    }),
  },
  responses: {
    200: json(pageOf(AdminReview).openapi('AdminReviewPage'), 'A page of reviews'),
    ...errors('invalid_cursor'),
  },
});

export const approveReview = contract({
  method: 'post',
  path: '/v1/admin/reviews/{id}/approve',
  operationId: 'approveReview',
  tags: ['Reviews'],
  summary: 'Approve a review',
  description: 'It becomes public and its rating counts. Approving an approved one changes nothing.',
  ...access.manager,
  request: { params: IdPath },
  responses: { 200: json(AdminReview, 'The review as it is now') },
});

export const rejectReview = contract({
  method: 'post',
  path: '/v1/admin/reviews/{id}/reject',
  operationId: 'rejectReview',
  tags: ['Reviews'],
  summary: 'Reject a review',
  description:
    'An approved one is no longer public and its rating no longer counts. Rejecting a rejected one changes nothing.',
  ...access.manager,
  request: { params: IdPath },
  responses: { 200: json(AdminReview, 'The review as it is now') },
});
