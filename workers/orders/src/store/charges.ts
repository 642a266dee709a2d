import { and, asc, eq, isNull, or, sql } from 'drizzle-orm';

import { shippingMethods, taxRates } from '#drizzle/orders/schema.ts';
import type { Database } from '#shared/db/postgres.ts';
import { toCents } from '#shared/money/money.ts';

import type { ShippingMethod } from '../domain/charges.ts';

export interface Charges {
  methods: ShippingMethod[];
  /** Fraction with four digits; `"0.0000"` where nothing is configured. */
  taxRate: string;
}

/** The tax rate of the destination, a fraction with four digits; null where none is configured. */
export async function findTaxRate(db: Database, to: { country: string; state: string }): Promise<string | null> {
  const [found] = await selectTaxRate(db, to);
  return found?.rate ?? null;
}

/** The most specific one: a state's own wins over its country's. */
function selectTaxRate(db: Database, to: { country: string; state: string }) {
  return db
    .select({ rate: taxRates.rate })
    .from(taxRates)
    .where(
      and(
        eq(taxRates.country, to.country),
        or(isNull(taxRates.state), sql`lower(${taxRates.state}) = lower(${to.state})`),
      ),
    )
    .orderBy(sql`${taxRates.state} NULLS LAST`)
    .limit(1);
}

/** Shipping methods that serve the country, and the most specific tax rate of the destination. One round trip. */
export async function findCharges(db: Database, to: { country: string; state: string }): Promise<Charges> {
  const [methods, rates] = await db.batch([
    db
      .select()
      .from(shippingMethods)
      .where(
        and(
          eq(shippingMethods.is_active, true),
          sql`(cardinality(${shippingMethods.countries}) = 0 OR ${to.country} = ANY(${shippingMethods.countries}))`,
        ),
      )
      .orderBy(asc(shippingMethods.code)),
    selectTaxRate(db, to),
  ]);
  return {
    methods: methods.map((method) => ({
      code: method.code,
      name: method.name,
      baseAmount: toCents(method.base_amount),
      perKgAmount: toCents(method.per_kg_amount),
      freeOver: method.free_over === null ? null : toCents(method.free_over),
    })),
    taxRate: rates[0]?.rate ?? '0.0000',
  };
}
