import { type ProblemCode, problems } from '#shared/http/problems.ts';

const productId = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';
const short = [{ product_id: productId, requested: 3, available: 1 }];
const moved = [{ product_id: productId, old_price: '11.00', new_price: '12.50' }];
const unknown = [{ parameter: 'colour', code: 'unknown_parameter', message: 'Unknown.' }];
const wrong = [{ pointer: '/quantity', code: 'too_small', message: 'Too small: expected number to be >=1' }];

interface Occasion {
  /** Where it can happen. */
  instance: string;
  detail: string;
  /** Members of this code. */
  members?: Record<string, unknown>;
}

/** An occasion for every code. The compiler asks for one when a code is added. */
const occasions: Record<ProblemCode, Occasion> = {
  malformed_json: { instance: '/v1/cart/items', detail: 'Send a body that is valid JSON in UTF-8.' },
  unknown_parameter: {
    instance: '/v1/products',
    detail: 'Remove colour: this route does not know it.',
    members: { errors: unknown },
  },
  bad_request: { instance: '/v1/cart/items', detail: 'Malformed request.' },
  invalid_cursor: {
    instance: '/v1/products',
    detail: 'Send a cursor of this list with the same filters and sort, or none.',
  },
  invalid_token: { instance: '/v1/auth/verify-email', detail: 'Ask for another mail and use the link in it.' },
  idempotency_key_required: {
    instance: '/v1/orders',
    detail: 'Send an Idempotency-Key header that is new for this operation.',
  },
  idempotency_key_invalid: {
    instance: '/v1/orders',
    detail: 'Send 1 to 255 visible ASCII characters as Idempotency-Key.',
  },
  unauthorized: { instance: '/v1/me', detail: 'Send a valid access token as "Authorization: Bearer <token>".' },
  invalid_credentials: { instance: '/v1/auth/login', detail: 'Check the email address and the password.' },
  invalid_refresh_token: { instance: '/v1/auth/refresh', detail: 'Log in again.' },
  forbidden: { instance: '/v1/admin/orders', detail: 'This needs one of the roles MANAGER, ADMIN.' },
  account_inactive: { instance: '/v1/auth/login', detail: 'Ask our support to activate your account.' },
  not_found: { instance: `/v1/products/${productId}`, detail: 'There is no such product.' },
  product_not_found: { instance: '/v1/cart/items', detail: 'Send the id of a product that is sold.' },
  method_not_allowed: { instance: '/v1/products', detail: 'Use one of GET, HEAD.' },
  email_taken: { instance: '/v1/auth/register', detail: 'Log in with this email address, or register another.' },
  phone_number_taken: { instance: '/v1/me', detail: 'Send another phone number, or none.' },
  role_exists: { instance: '/v1/admin/roles', detail: 'Choose another name, or use that role.' },
  sku_taken: { instance: '/v1/admin/products', detail: 'Send a SKU that no other product has.' },
  slug_taken: { instance: '/v1/admin/products', detail: 'Send a slug that no other product has, or none.' },
  barcode_taken: { instance: '/v1/admin/products', detail: 'Send a barcode that no other product has, or none.' },
  category_name_taken: { instance: '/v1/admin/categories', detail: 'Send another name.' },
  category_cycle: {
    instance: `/v1/admin/categories/${productId}`,
    detail: 'Send a parent_id that is not the category itself or inside it.',
  },
  category_not_empty: {
    instance: `/v1/admin/categories/${productId}`,
    detail: 'Move its products to another category, or delete them, first.',
  },
  already_reviewed: {
    instance: `/v1/products/${productId}/reviews`,
    detail: 'Change or delete the review that you wrote of this product.',
  },
  last_admin: { instance: '/v1/me', detail: 'Make another user an administrator first.' },
  insufficient_stock: {
    instance: '/v1/orders',
    detail: 'Order at most what is available.',
    members: { items: short },
  },
  product_unavailable: {
    instance: '/v1/orders',
    detail: 'Take the products named out of the cart.',
    members: { items: [{ product_id: productId }] },
  },
  price_changed: {
    instance: '/v1/orders',
    detail: 'Check the new prices and order again, or send accept_price_changes.',
    members: { items: moved },
  },
  cart_empty: { instance: '/v1/orders', detail: 'Put something into the cart first.' },
  cart_conflict: { instance: '/v1/cart/items', detail: 'Nothing was changed. Load the cart and try again.' },
  coupon_invalid: { instance: '/v1/cart/coupons', detail: 'Check the code. It names no coupon that can be used now.' },
  coupon_expired: { instance: '/v1/cart/coupons', detail: 'The time in which the coupon could be used is over.' },
  coupon_exhausted: {
    instance: '/v1/cart/coupons',
    detail: 'Use another coupon: this one has been used as often as it may be.',
  },
  coupon_minimum_not_met: {
    instance: '/v1/cart/coupons',
    detail: 'Put more into the cart, then apply the coupon again.',
  },
  coupon_limit_reached: { instance: '/v1/cart/coupons', detail: 'Take one of the 5 coupons out of the cart first.' },
  coupon_exists: { instance: '/v1/admin/coupons', detail: 'Send another code, or change the coupon that has it.' },
  shipping_unavailable: { instance: '/v1/orders', detail: 'Choose a shipping method on offer for this address.' },
  invalid_transition: {
    instance: `/v1/orders/${productId}/cancel`,
    detail: 'A SHIPPED order cannot become CANCELLED.',
    members: { from: 'SHIPPED', allowed: [] },
  },
  order_already_paid: { instance: '/v1/payments', detail: 'Nothing is left to pay for this order.' },
  payment_in_progress: {
    instance: '/v1/payments',
    detail: 'A payment of the order is in progress. Cancel it when that has ended.',
  },
  order_not_payable: {
    instance: '/v1/payments',
    detail: 'Only an order that is PENDING can be paid. Read the order to see its status.',
  },
  refund_exceeds_payment: {
    instance: `/v1/admin/transactions/${productId}/refunds`,
    detail: '9.99 USD of the payment is left to refund.',
    members: { refundable_amount: '9.99' },
  },
  not_refundable: {
    instance: `/v1/admin/transactions/${productId}/refunds`,
    detail: 'The payment is FAILED: only one that succeeded can be refunded.',
  },
  shipping_method_exists: { instance: '/v1/admin/shipping-methods', detail: 'Send another code.' },
  tax_rate_exists: {
    instance: '/v1/admin/tax-rates',
    detail: 'Change the one that there is, or send another country or state.',
  },
  payment_method_unavailable: {
    instance: '/v1/payments',
    detail: 'Choose one of the methods that /v1/payment-methods lists.',
  },
  saved_method_limit_reached: {
    instance: '/v1/me/payment-methods',
    detail: 'Delete one of your saved payment methods first.',
  },
  idempotency_in_progress: {
    instance: '/v1/orders',
    detail: 'The first request with this key is still running. Repeat it shortly.',
  },
  precondition_failed: {
    instance: `/v1/admin/products/${productId}`,
    detail: 'Somebody changed it since you read it. Read it again and decide anew.',
  },
  payload_too_large: { instance: '/v1/cart/items', detail: 'Send at most 1 MiB.' },
  unsupported_media_type: {
    instance: '/v1/cart/items',
    detail: 'Send the Content-Type that this route documents.',
  },
  validation_failed: {
    instance: '/v1/cart/items',
    detail: '/quantity: Too small: expected number to be >=1',
    members: { errors: wrong },
  },
  idempotency_key_reused: {
    instance: '/v1/orders',
    detail: 'Use a new Idempotency-Key for a request with another body.',
  },
  invalid_csv: {
    instance: '/v1/admin/products/import',
    detail: 'The column Title is missing.',
  },
  precondition_required: {
    instance: `/v1/admin/products/${productId}`,
    detail: 'Read the resource and send its ETag as If-Match.',
  },
  too_many_attempts: {
    instance: '/v1/auth/login',
    detail: 'Wait as long as Retry-After says, or set a new password by mail.',
  },
  rate_limited: { instance: '/v1/products', detail: 'Wait a minute: this address sent more than 600 requests.' },
  internal_error: {
    instance: '/v1/orders',
    detail: 'The request failed. Nothing is wrong with what you sent; try again later.',
  },
  service_unavailable: {
    instance: '/v1/orders',
    detail: 'A service we depend on does not answer. Try again shortly.',
  },
};

/** The problem document of a code, as a client could get it. */
export function problemExample(code: ProblemCode): Record<string, unknown> {
  const { status, title } = problems[code];
  const { instance, detail, members } = occasions[code];
  return {
    type: `https://shop.example.com/docs/errors#${code}`,
    title,
    status,
    detail,
    instance,
    code,
    request_id: '4f7c2a90-1d6e-4b8a-9c35-7e2f1a0b6d48',
    ...members,
  };
}

export function isProblemCode(name: string): name is ProblemCode {
  return Object.hasOwn(problems, name);
}
