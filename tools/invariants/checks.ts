import { catalogueChecks } from '#tools/invariants/catalogue-checks.ts';
import type { Check } from '#tools/invariants/check.ts';
import { couponChecks } from '#tools/invariants/coupon-checks.ts';
import { orderChecks } from '#tools/invariants/order-checks.ts';
import { outboxChecks } from '#tools/invariants/outbox-checks.ts';
import { paymentChecks } from '#tools/invariants/payment-checks.ts';
import { stockChecks } from '#tools/invariants/stock-checks.ts';

/** Everything that must hold. */
export const checks: Check[] = [
  ...stockChecks,
  ...catalogueChecks,
  ...orderChecks,
  ...paymentChecks,
  ...couponChecks,
  ...outboxChecks,
];
