import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './drizzle/users/schema.ts',
  out: './drizzle/users/migrations',
});
