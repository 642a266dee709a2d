import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './drizzle/payments/schema.ts',
  out: './drizzle/payments/migrations',
});
