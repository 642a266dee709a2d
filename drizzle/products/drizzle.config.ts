import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './drizzle/products/schema.ts',
  out: './drizzle/products/migrations',
});
