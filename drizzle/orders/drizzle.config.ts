import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './drizzle/orders/schema.ts',
  out: './drizzle/orders/migrations',
});
