import { Problem } from '#shared/http/problem.ts';

import { allowedFrom, type Caller, type OrderStatus } from '../../domain/status.ts';

/** 409 with the status that the order has (`from`), and what this caller may make of it from there (`allowed`). */
export function invalidTransition(from: OrderStatus, to: OrderStatus, caller: Caller): Problem {
  return new Problem('invalid_transition', `A ${from} order cannot become ${to}.`, {
    members: { from, allowed: allowedFrom(from, caller) },
  });
}
