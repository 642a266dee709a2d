import type { ServiceName } from '#tools/migrate.ts';

/**
 * Migrations from before there were rules for them. No shop was open then, so nobody was held up. Nothing is added here.
 */
const baseline: Record<ServiceName, string[]> = {
  users: [
    '0000_initial_tables',
    '0001_updated_at_triggers',
    '0002_default_roles',
    '0003_refresh_tokens_expiry',
    '0004_accounts_that_can_be_trusted',
  ],
  products: [
    '0000_initial_tables',
    '0001_updated_at_triggers',
    '0002_search_functions',
    '0003_full_catalogue',
    '0004_catalogue_rules',
    '0005_rare_selections',
  ],
  orders: ['0000_initial_tables', '0001_updated_at_triggers', '0002_applied_coupons', '0003_order_administration'],
  payments: [
    '0000_initial_tables',
    '0001_updated_at_triggers',
    '0002_default_payment_methods',
    '0003_refunds',
    '0004_refunds_updated_at',
    '0005_transaction_number_prefix',
    '0006_webhooks_and_saved_methods',
    '0007_departed_users',
  ],
};

export function isBaseline(service: ServiceName, migration: string): boolean {
  return baseline[service].includes(migration);
}
