import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        // Rules and the shared kit run in the runtime that they are deployed to.
        plugins: [cloudflareTest({ miniflare: { compatibilityDate: '2026-11-17' } })],
        test: {
          name: 'unit',
          isolate: false,
          include: ['shared/**/*.test.ts', 'workers/*/src/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'tools',
          include: ['tools/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/**/*.test.ts'],
          globalSetup: ['tests/support/stack.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          // They share one shop, and some move its clock.
          fileParallelism: false,
        },
      },
    ],
  },
});
