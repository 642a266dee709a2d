import type { ProblemCode } from '#shared/http/problems.ts';

/**
 * What each error means and what its client does about it, for the error catalogue. `this` is code; the code of another
 * error becomes a link.
 */
export const errorTexts = {
  malformed_json: [
    'The body could not be read as JSON in UTF-8, or there is none where one is needed.',
    'Serialise the body with a JSON library instead of by hand, and send `Content-Type: application/json`.',
  ],
  unknown_parameter: [
    'The query string has a parameter that this operation does not know. It is refused, not ignored: a misspelt filter would otherwise show too much.',
    'Remove or correct the parameters that `errors[].parameter` names. The reference lists the ones there are.',
  ],
  bad_request: [
    'The request is not valid HTTP for this operation in a way that no other code describes.',
    'Read `detail`, and compare the request with the reference.',
  ],
  invalid_cursor: [
    'The `cursor` is damaged, or was made by a list with other filters or another `sort`: a cursor is bound to the list that made it.',
    'Follow `page.next_cursor` with the same parameters as the page it came from. After changing a filter, begin again without a cursor.',
  ],
  invalid_token: [
    'The token of a mail (to confirm an address, or to choose a new password) is wrong, was used already, or is too old.',
    'Ask for another mail, and use the link in the newest one. Each works once.',
  ],
  idempotency_key_required: [
    'This operation moves money or stock, and takes no request without an `Idempotency-Key` header.',
    'Make a new key for each thing that you want done once, a UUID for instance, and send the same key with every repetition of it.',
  ],
  idempotency_key_invalid: [
    'The `Idempotency-Key` is longer than 255 characters, or has others than visible ASCII.',
    'Send 1 to 255 visible ASCII characters without spaces. A UUID is fine.',
  ],
  unauthorized: [
    'There is no access token, it has expired (they last 15 minutes), or its account has been closed or deactivated.',
    'Get a new access token with your refresh token, then repeat the request. If the refresh is refused too, log in again.',
  ],
  invalid_credentials: [
    'The email address or the password is wrong. Which of them is not said, so that nobody learns who has an account.',
    'Let the user type both again, or choose a new password by mail. Repeated failures lead to `too_many_attempts`.',
  ],
  invalid_refresh_token: [
    'The refresh token is unknown, expired, or revoked: by logging out, by a new password, or because an old one was used again.',
    'Log in again. Keep only the newest refresh token: every refresh replaces it.',
  ],
  forbidden: [
    'The token is valid, but none of its roles may do this. A guest’s token is refused where a customer’s is needed.',
    'Use an account with the role that `detail` names. Guests register or log in first; their cart can be merged.',
  ],
  account_inactive: [
    'The password is right, but an administrator has deactivated the account.',
    'Nothing that a program can do: the user asks the shop to activate the account again.',
  ],
  not_found: [
    'There is no such route or resource, or it is somebody else’s: from outside both look the same.',
    'Check the path and the id. A list shows which ids are yours.',
  ],
  product_not_found: [
    'The id in the body names no product that is sold. It may have been withdrawn.',
    'Read the catalogue again, and send the id of a product in it.',
  ],
  method_not_allowed: ['The path exists, but not with this method.', 'Use one of the methods in the `Allow` header.'],
  email_taken: [
    'Another account has this email address. Upper and lower case are the same.',
    'Log in instead, or register another address. A forgotten password is replaced by mail.',
  ],
  phone_number_taken: ['Another account has this phone number.', 'Send another number, or none: it is optional.'],
  role_exists: ['There is a role of this name already.', 'Use that role, or choose another name.'],
  sku_taken: [
    'Another product has this SKU. Deleted products do not count.',
    'Send a SKU of its own for each product and variant.',
  ],
  slug_taken: [
    'Something else of this kind has the slug, which is part of its address.',
    'Send another slug, or none: then one is made from the name.',
  ],
  barcode_taken: ['Another product has this barcode.', 'Send the right barcode, or none.'],
  category_name_taken: ['There is a category of this name already.', 'Use that category, or choose another name.'],
  category_cycle: [
    'The new parent is the category itself or lies inside it, which would make a circle.',
    'Send a `parent_id` outside the category, or null for the top level.',
  ],
  category_not_empty: [
    'The category cannot be deleted while live products are in it.',
    'Move its products elsewhere or delete them, then delete the category.',
  ],
  already_reviewed: [
    'You have written a review of this product: there is one a user and product.',
    'Change that review, or delete it and write a new one.',
  ],
  last_admin: [
    'After this, nobody could administer the shop any more.',
    'Make somebody else an administrator first, then repeat the request.',
  ],
  insufficient_stock: [
    'Less is available than was asked for. `items` says for each product how many were requested and how many there are. Nothing was changed, and nothing is reserved.',
    'Lower the quantities to what is available and try again. For stock adjustments: what orders have reserved cannot be taken away.',
  ],
  product_unavailable: [
    'A product has been withdrawn since it went into the cart. `items` names it.',
    'Take it out of the cart, tell the shopper, and go on with the rest.',
  ],
  price_changed: [
    'A price moved between showing the cart and ordering. `items` has `old_price` and `new_price`. No order was made; the cart has the new price now.',
    'Show the new price. If the shopper agrees, order again: with the same `Idempotency-Key`, or with `accept_price_changes` to take whatever holds.',
  ],
  cart_empty: ['There is nothing to order: the cart is empty.', 'Put something into the cart first.'],
  cart_conflict: [
    'So many requests changed this cart at once that this one found no turn. Nothing was changed.',
    'Repeat the request after a moment. Send the changes of one cart one after another.',
  ],
  coupon_invalid: [
    'There is no coupon of this code that can be used now: unknown, switched off, or not begun.',
    'Check the spelling. If the coupon is in the cart already, take it out.',
  ],
  coupon_expired: [
    'The time in which the coupon could be used is over.',
    'Take the coupon out of the cart, show the total without it, and order again.',
  ],
  coupon_exhausted: [
    'The coupon has been used as often as it may be, by everybody together or by this user.',
    'Take the coupon out of the cart, or apply another.',
  ],
  coupon_minimum_not_met: [
    'The cart’s subtotal is below what the coupon asks for.',
    'Put more into the cart, or take the coupon out.',
  ],
  coupon_limit_reached: ['A cart holds at most five different coupons.', 'Take one out first.'],
  coupon_exists: ['There is a coupon of this code already.', 'Change that coupon, or choose another code.'],
  shipping_unavailable: [
    'The shipping method is not offered for this address, or none is.',
    'Ask for a quote of this address: its `shipping_methods` are the ones to choose from. If there are none, choose another address.',
  ],
  invalid_transition: [
    'An order in its present status cannot go to that one. `allowed` lists where it can go.',
    'Read the order again: somebody may have been faster. Then choose one of `allowed`.',
  ],
  order_already_paid: [
    'A payment of this order has succeeded. Nothing more was charged.',
    'Treat it as success: read the order and show it as paid.',
  ],
  payment_in_progress: [
    'Another payment of this order has begun and its outcome is not known yet. There is never a second one beside it.',
    'Wait for it: read the payments of the order until none is PROCESSING. Then look at the order before trying again.',
  ],
  order_not_payable: [
    'Only a PENDING order can be paid. This one was cancelled, perhaps because its payment came too late, or refunded.',
    'Read the order to see its status. To buy the same again, place a new order.',
  ],
  refund_exceeds_payment: [
    'More was asked for than is left of the payment. `refundable_amount` says how much that is.',
    'Refund at most `refundable_amount`, or leave `amount` out to refund all that is left.',
  ],
  not_refundable: [
    'This payment has not succeeded, so there is nothing to give back.',
    'Refund the payment of the order that is SUCCESS.',
  ],
  shipping_method_exists: [
    'There is a shipping method of this code already.',
    'Change that method, or choose another code.',
  ],
  tax_rate_exists: ['This country and state have a tax rate already.', 'Change the one that there is.'],
  payment_method_unavailable: [
    'The payment method has been switched off, or the payment gateway does not offer it.',
    'Let the shopper choose among the payment methods that the shop lists now.',
  ],
  saved_method_limit_reached: [
    'A user can have 20 saved payment methods, and these are there already.',
    'Delete one that is no longer needed, then save the new one.',
  ],
  idempotency_in_progress: [
    'The first request with this `Idempotency-Key` is still running.',
    'Wait as long as `Retry-After` says, then send the same request with the same key: you will get its answer.',
  ],
  precondition_failed: [
    'Somebody changed the resource after you read it: your `If-Match` names an older version. Nothing was overwritten.',
    'Read it again, look at what is different, and send your change with the new `ETag`.',
  ],
  payload_too_large: [
    'The body is larger than the operation takes: 1 MiB, or 20 MiB for a CSV import.',
    'Send less at once. Split a large CSV by products.',
  ],
  unsupported_media_type: [
    'The body’s `Content-Type` is not the one that this operation takes.',
    'Send `application/json`, or what the reference says; a CSV import takes `text/csv`.',
  ],
  validation_failed: [
    'One or more values are missing, wrong or unknown. `errors` has an entry for each, with a `pointer` into the body (RFC 6901) or the name of the `parameter`.',
    'Correct the values that `errors` names. Entry code `invalid_reference` means: an id that names nothing of yours.',
  ],
  idempotency_key_reused: [
    'This `Idempotency-Key` was used with another body. A key stands for one request, so that a mix-up is never answered with the wrong result.',
    'Use a new key for a new request. Repeat the old one with exactly the body it had.',
  ],
  invalid_csv: [
    'The file as a whole cannot be read: it is no CSV in UTF-8, has too many rows, or lacks the column Handle or Title. Nothing was imported.',
    'Correct what `detail` names. Rows that are wrong one by one do not lead here: they are listed in the report.',
  ],
  precondition_required: [
    'This resource is changed by several people, so a change must say which version it is meant for.',
    'Read the resource, and send its `ETag` as `If-Match` with your change.',
  ],
  too_many_attempts: [
    'There were too many wrong passwords for this account. For a while even the right one is refused.',
    'Wait as long as `Retry-After` says, or choose a new password by mail, which ends the waiting.',
  ],
  rate_limited: [
    'This address sent more requests than `RateLimit-Policy` allows: `q` requests in `w` seconds.',
    'Wait as long as `Retry-After` says. Spread requests out, and ask for larger pages instead of more of them.',
  ],
  internal_error: [
    'Something unexpected happened on our side. Your request was not at fault.',
    'Repeat it once or twice, with growing pauses; an `Idempotency-Key` makes that safe. If it stays, tell us the `request_id`.',
  ],
  service_unavailable: [
    'A service or database that is needed does not answer at the moment. Nothing was done by halves.',
    'Wait as long as `Retry-After` says, then repeat the request, with the same `Idempotency-Key` if it has one.',
  ],
} as const satisfies Record<ProblemCode, readonly [meaning: string, remedy: string]>;
