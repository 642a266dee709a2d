import { look, type Moment, type ShopUrls } from '#tools/invariants/shop.ts';

type Row = Record<string, unknown>;

/** All that the shop knows about a person. Secrets are not among it, nor what staff are called. */
export interface PersonalData {
  exported_at: string;
  profile: Row;
  addresses: Row[];
  sessions: Row[];
  orders: Row[];
  payments: Row[];
  saved_payment_methods: Row[];
  reviews: Row[];
  cart: Row | null;
  coupon_uses: Row[];
  audit_log: { by_user: Row[]; about_user: Row[] };
}

/** Collects it, of one moment. `who`: an id, or the email of an account that is not deleted. Null if there is none. */
export function collect(urls: ShopUrls, who: { id: string } | { email: string }): Promise<PersonalData | null> {
  return look(urls, new Date(), async (moment) => {
    const [profile] = await moment.users<Row & { id: string }>(
      `SELECT id, email, first_name, last_name, phone_number, is_active, is_verified, is_deleted, deleted_at, created_at,
              updated_at, array(SELECT name FROM user_role_mapping JOIN user_roles ON user_roles.id = role_id
                                 WHERE user_id = users.id ORDER BY name)::text[] AS roles
         FROM users WHERE ${'id' in who ? 'id = $1::uuid' : 'lower(email) = lower($1) AND NOT is_deleted'}`,
      ['id' in who ? who.id : who.email],
    );
    if (!profile) return null;
    const { id } = profile;
    return {
      exported_at: moment.now.toISOString(),
      profile,
      ...(await ofUsers(moment, id)),
      orders: await ordersOf(moment, id),
      ...(await ofPayments(moment, id)),
      reviews: await reviewsOf(moment, id),
      ...(await ofCart(moment, id)),
    };
  });
}

async function ofUsers(
  { users }: Moment,
  id: string,
): Promise<Pick<PersonalData, 'addresses' | 'sessions' | 'audit_log'>> {
  const entries = (where: string) =>
    users<Row>(
      `SELECT id, action, resource_type, resource_id, before, after, request_id, created_at FROM audit_log
        WHERE ${where} ORDER BY created_at, id`,
      [id],
    );
  return {
    addresses: await users<Row>('SELECT * FROM user_addresses WHERE user_id = $1 ORDER BY created_at, id', [id]),
    // A session is what tokens that replaced one another have in common.
    sessions: await users<Row>(
      `SELECT family_id AS id, max(user_agent) AS user_agent, min(created_at) AS created_at,
              max(created_at) AS last_used_at, max(expires_at) AS expires_at, bool_or(revoked_at IS NOT NULL) AS is_revoked
         FROM refresh_tokens WHERE user_id = $1 GROUP BY family_id ORDER BY min(created_at), family_id`,
      [id],
    ),
    audit_log: {
      by_user: await entries('actor_id = $1::uuid'),
      about_user: await entries(`resource_type = 'user' AND resource_id = $1 AND actor_id <> $1::uuid`),
    },
  };
}

function ordersOf({ orders }: Moment, id: string): Promise<Row[]> {
  return orders<Row>(
    `SELECT orders.*, subtotal::text, tax_amount::text, shipping_amount::text, discount_amount::text, total_amount::text,
            (SELECT json_agg(json_build_object('product_id', product_id, 'product_name', product_name, 'product_sku',
                      product_sku, 'quantity', quantity, 'unit_price', unit_price::text, 'total_price', total_price::text,
                      'discount_amount', discount_amount::text, 'tax_amount', tax_amount::text) ORDER BY position, id)
               FROM order_items WHERE order_id = orders.id) AS items,
            (SELECT json_agg(json_build_object('from_status', from_status, 'to_status', to_status, 'notes', notes,
                      'created_at', created_at) ORDER BY created_at, id)
               FROM order_status_history WHERE order_id = orders.id) AS status_history
       FROM orders WHERE user_id = $1 ORDER BY created_at, id`,
    [id],
  );
}

async function ofPayments(
  { payments }: Moment,
  id: string,
): Promise<Pick<PersonalData, 'payments' | 'saved_payment_methods'>> {
  return {
    payments: await payments<Row>(
      `SELECT transactions.id, transaction_number, order_id, code AS payment_method_code, amount::text, currency, status,
              gateway, failure_reason, processed_at, refunded_at, refund_amount::text, transactions.created_at,
              coalesce((SELECT json_agg(json_build_object('id', refunds.id, 'amount', refunds.amount::text, 'status',
                        refunds.status, 'reason', reason, 'created_at', refunds.created_at) ORDER BY refunds.created_at)
                 FROM refunds WHERE transaction_id = transactions.id), '[]') AS refunds
         FROM transactions JOIN payment_methods ON payment_methods.id = payment_method_id
        WHERE user_id = $1 ORDER BY transactions.created_at, transactions.id`,
      [id],
    ),
    saved_payment_methods: await payments<Row>(
      `SELECT saved.id, code AS payment_method_code, card_last_four, card_brand, expiry_month, expiry_year, is_default,
              gateway, deleted_at, saved.created_at, saved.updated_at
         FROM user_saved_payment_methods AS saved JOIN payment_methods ON payment_methods.id = payment_method_id
        WHERE user_id = $1 ORDER BY saved.created_at, saved.id`,
      [id],
    ),
  };
}

function reviewsOf({ products }: Moment, id: string): Promise<Row[]> {
  return products<Row>(
    `SELECT review.id, product_id, products.name AS product_name, review.rating, title, comment, author_name,
            is_verified_purchase, is_approved, moderated_at, review.created_at, review.updated_at
       FROM product_reviews AS review JOIN products ON products.id = product_id
      WHERE user_id = $1 ORDER BY review.created_at, review.id`,
    [id],
  );
}

async function ofCart({ mongo }: Moment, id: string): Promise<Pick<PersonalData, 'cart' | 'coupon_uses'>> {
  const cart = await mongo.collection('carts').findOne({ user_id: id });
  const uses = await mongo.collection('coupon_uses').find({ user_id: id }).sort({ _id: 1 }).toArray();
  return {
    cart: cart && {
      items: cart['items'],
      coupons: cart['applied_coupons'],
      currency: cart['currency'],
      created_at: cart['created_at'],
      updated_at: cart['updated_at'],
      expires_at: cart['expires_at'],
    },
    coupon_uses: uses.map(({ coupon_code, order_id, redeemed_at }) => ({ coupon_code, order_id, redeemed_at })),
  };
}
