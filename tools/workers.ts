/** The workers by name, with their configuration files. The gateway comes first: it has the public port. */
export const workers = [
  { name: 'gateway', config: 'wrangler.toml', folder: 'workers/gateway' },
  { name: 'users', config: 'workers/users/wrangler.toml', folder: 'workers/users' },
  { name: 'products', config: 'workers/products/wrangler.toml', folder: 'workers/products' },
  { name: 'cart', config: 'workers/cart/wrangler.toml', folder: 'workers/cart' },
  { name: 'orders', config: 'workers/orders/wrangler.toml', folder: 'workers/orders' },
  { name: 'notifications', config: 'workers/notifications/wrangler.toml', folder: 'workers/notifications' },
  { name: 'payments', config: 'workers/payments/wrangler.toml', folder: 'workers/payments' },
] as const;

export type WorkerName = (typeof workers)[number]['name'];
