import { randomUUID } from 'node:crypto';

import { type Answer, api } from './client.ts';
import { sqlOf } from './databases.ts';
import { manager } from './shop.ts';
import { productsSql } from './stock.ts';

const usersSql = sqlOf('users');
export const pathOf = (id: string) => `/v1/admin/products/${id}/inventory`;

export async function get(path: string): Promise<Answer> {
  return api('GET', path, { token: await manager() });
}

export async function patch(id: string, body: unknown, ifMatch?: string): Promise<Answer> {
  const headers: Record<string, string> = ifMatch === undefined ? {} : { 'if-match': ifMatch };
  return api('PATCH', pathOf(id), { token: await manager(), body, headers });
}

export async function adjust(id: string, body: unknown, key: string = randomUUID()): Promise<Answer> {
  const headers = { 'idempotency-key': key };
  return api('POST', `${pathOf(id)}/adjustments`, { token: await manager(), body, headers });
}

export const counted = (delta: number) => ({ delta, reason: 'Counted' });

/** Everything that was written about a product's stock, for asserting that a refusal wrote nothing. */
export async function written(id: string): Promise<unknown[]> {
  return productsSql`
    SELECT stock.*, (SELECT count(*) FROM inventory_movements WHERE product_id = stock.product_id) AS movements,
           (SELECT count(*) FROM outbox
             WHERE subject_id = stock.product_id OR payload ->> 'resource_id' = stock.product_id::text) AS events,
           (SELECT count(*) FROM idempotency_keys WHERE path LIKE '%' || stock.product_id || '%') AS keys
      FROM product_inventory stock WHERE product_id = ${id}`;
}

/** What the audit log says of the product's stock, the first change first; it travels by event. */
export async function auditLog(id: string): Promise<unknown[]> {
  return usersSql`
    SELECT action, before, after FROM audit_log
     WHERE resource_type = 'inventory' AND resource_id = ${id} ORDER BY created_at, id`;
}
