export type Target = 'USERS' | 'PRODUCTS' | 'CART' | 'ORDERS' | 'PAYMENTS';

/** Which service answers below which path. The longest match wins. */
const prefixes: Record<string, Target> = {
  '/v1/auth': 'USERS',
  '/v1/me': 'USERS',
  '/v1/me/payment-methods': 'PAYMENTS',
  '/v1/admin/users': 'USERS',
  '/v1/admin/roles': 'USERS',
  '/v1/admin/audit-log': 'USERS',
  '/v1/categories': 'PRODUCTS',
  '/v1/products': 'PRODUCTS',
  '/v1/reviews': 'PRODUCTS',
  '/v1/admin/categories': 'PRODUCTS',
  '/v1/admin/products': 'PRODUCTS',
  '/v1/admin/inventory': 'PRODUCTS',
  '/v1/admin/reviews': 'PRODUCTS',
  '/v1/cart': 'CART',
  '/v1/admin/coupons': 'CART',
  '/v1/orders': 'ORDERS',
  '/v1/admin/orders': 'ORDERS',
  '/v1/admin/shipping-methods': 'ORDERS',
  '/v1/admin/tax-rates': 'ORDERS',
  '/v1/payments': 'PAYMENTS',
  '/v1/payment-methods': 'PAYMENTS',
  '/v1/admin/transactions': 'PAYMENTS',
  '/v1/admin/payment-methods': 'PAYMENTS',
};

/** The service for a path, or null: nobody serves it. */
export function targetOf(path: string): Target | null {
  for (let prefix = path; prefix !== ''; prefix = prefix.slice(0, prefix.lastIndexOf('/'))) {
    const target = prefixes[prefix];
    if (target) return target;
  }
  return null;
}
