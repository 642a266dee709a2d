import { Client } from 'pg';
import { inject } from 'vitest';

type Service = 'users' | 'products' | 'orders' | 'payments';

/** `await sqlOf('orders')`SELECT count(*)::int AS orders FROM orders WHERE user_id = ${id}`` → rows, past all services. */
export function sqlOf(service: Service) {
  return async (strings: TemplateStringsArray, ...values: unknown[]): Promise<Record<string, unknown>[]> => {
    const client = new Client({ connectionString: bindingsOf(service).DATABASE_URL });
    await client.connect();
    try {
      const text = strings.reduce((sql, part, i) => `${sql}$${i}${part}`);
      const { rows } = await client.query<Record<string, unknown>>(text, values);
      return rows;
    } finally {
      await client.end();
    }
  };
}

/** What `connect()` of the shared kit takes, for tests of store functions against the stack's database. */
export function bindingsOf(service: Service): { DATABASE_URL: string; NEON_ENDPOINT: string } {
  const { urls, neonEndpoint } = inject('stack');
  return { DATABASE_URL: urls[service] ?? '', NEON_ENDPOINT: `${neonEndpoint}/sql` };
}
