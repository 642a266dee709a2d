import type { ContentfulStatusCode } from 'hono/utils/http-status';

interface ProblemKind {
  status: ContentfulStatusCode;
  title: string;
}

/** Every error code that a client can meet, with its HTTP status. Codes are part of the API and never change. */
export const problems = {
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  unknown_parameter: { status: 400, title: 'Unknown query parameter' },
  bad_request: { status: 400, title: 'The request cannot be understood' },
  invalid_cursor: { status: 400, title: 'The cursor does not belong to this list' },
  invalid_token: { status: 400, title: 'The token is not valid' },
  idempotency_key_required: { status: 400, title: 'An Idempotency-Key header is required' },
  idempotency_key_invalid: { status: 400, title: 'The Idempotency-Key header is not valid' },
  unauthorized: { status: 401, title: 'A valid access token is required' },
  invalid_credentials: { status: 401, title: 'Email or password is wrong' },
  invalid_refresh_token: { status: 401, title: 'The refresh token is not valid' },
  forbidden: { status: 403, title: 'Your role does not allow this' },
  account_inactive: { status: 403, title: 'The account is not active' },
  not_found: { status: 404, title: 'Not found' },
  product_not_found: { status: 404, title: 'There is no such product' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here' },
  email_taken: { status: 409, title: 'The email address is already registered' },
  phone_number_taken: { status: 409, title: 'The phone number is already registered' },
  role_exists: { status: 409, title: 'There is such a role already' },
  sku_taken: { status: 409, title: 'The SKU belongs to another product' },
  slug_taken: { status: 409, title: 'The slug is already in use' },
  barcode_taken: { status: 409, title: 'The barcode belongs to another product' },
  category_name_taken: { status: 409, title: 'There is a category of this name already' },
  category_cycle: { status: 409, title: 'A category cannot be inside itself' },
  category_not_empty: { status: 409, title: 'The category still has products' },
  already_reviewed: { status: 409, title: 'You have reviewed this product already' },
  last_admin: { status: 409, title: 'The last administrator cannot be removed' },
  insufficient_stock: { status: 409, title: 'There is not enough stock' },
  product_unavailable: { status: 409, title: 'A product is no longer sold' },
  price_changed: { status: 409, title: 'A price has changed' },
  cart_empty: { status: 409, title: 'The cart is empty' },
  cart_conflict: { status: 409, title: 'The cart was being changed by too many requests at once' },
  coupon_invalid: { status: 409, title: 'There is no such coupon to use' },
  coupon_expired: { status: 409, title: 'The coupon has expired' },
  coupon_exhausted: { status: 409, title: 'The coupon has been used as often as it may be' },
  coupon_minimum_not_met: { status: 409, title: 'The cart is below what the coupon asks for' },
  coupon_limit_reached: { status: 409, title: 'There are as many coupons as a cart can have' },
  coupon_exists: { status: 409, title: 'There is a coupon of this code already' },
  shipping_unavailable: { status: 409, title: 'No shipping method serves this address' },
  invalid_transition: { status: 409, title: 'The order cannot go to that status' },
  order_already_paid: { status: 409, title: 'The order is already paid' },
  payment_in_progress: { status: 409, title: 'A payment for this order is in progress' },
  order_not_payable: { status: 409, title: 'The order cannot be paid' },
  payment_method_unavailable: { status: 409, title: 'The payment method is not available' },
  idempotency_in_progress: { status: 409, title: 'A request with this Idempotency-Key is still running' },
  precondition_failed: { status: 412, title: 'The resource has changed since you read it' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The content type is not supported' },
  validation_failed: { status: 422, title: 'The request is not valid' },
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key was used for another request' },
  invalid_csv: { status: 422, title: 'The file is not a product CSV' },
  precondition_required: { status: 428, title: 'An If-Match header is required' },
  too_many_attempts: { status: 429, title: 'Too many failed attempts' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  service_unavailable: { status: 503, title: 'The service is temporarily unavailable' },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof problems;
export type ProblemStatus<Code extends ProblemCode> = (typeof problems)[Code]['status'];
