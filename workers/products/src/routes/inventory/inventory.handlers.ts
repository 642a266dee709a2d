import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { notFound } from '#shared/http/problem.ts';

import { availableQuantity } from '../../domain/availability.ts';
import type { ProductsEnv } from '../../env.ts';
import { findInventory, type InventoryRow } from '../../store/inventory.ts';
import { getInventory } from './inventory.contract.ts';

export function addInventoryRoutes(app: OpenAPIHono<ProductsEnv>): void {
  app.openapi(getInventory, async (c) => {
    const inventory = await findInventory(connect(c.env), c.req.valid('param').id);
    if (!inventory) throw notFound('product');
    c.header('etag', `"${inventory.version}"`);
    return c.json(presentInventory(inventory), 200);
  });
}

function presentInventory({ updated_at, ...stock }: InventoryRow) {
  return { ...stock, available_quantity: availableQuantity(stock), updated_at: updated_at.toISOString() };
}
