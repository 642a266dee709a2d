import type { OpenAPIHono } from '@hono/zod-openapi';

import { violates } from '#shared/db/errors.ts';
import { connect } from '#shared/db/postgres.ts';
import { auditEvent } from '#shared/events/audit.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { page, readCursor } from '#shared/http/pages.ts';
import { changedMeanwhile, etagOf, requireVersion } from '#shared/http/preconditions.ts';
import { notFound, Problem } from '#shared/http/problem.ts';

import { availableQuantity } from '../../domain/availability.ts';
import { type ProductsEnv, queuesOf } from '../../env.ts';
import { changeSettings, findInventory, type InventoryRow, type StockSettings } from '../../store/inventory.ts';
import { AvailableKey, listLowStock as findLowStock, type LowStockRow } from '../../store/low-stock.ts';
import { addAdjustmentRoutes } from './adjustments.handlers.ts';
import { getInventory, listLowStock, updateInventory } from './inventory.contract.ts';

export function addInventoryRoutes(app: OpenAPIHono<ProductsEnv>): void {
  app.openapi(getInventory, async (c) => {
    const inventory = await findInventory(connect(c.env), c.req.valid('param').id);
    if (!inventory) throw notFound('product');
    return c.json(presentInventory(inventory), 200, { etag: etagOf(inventory.version) });
  });

  app.openapi(updateInventory, async (c) => {
    const { id } = c.req.valid('param');
    const db = connect(c.env);
    const stock = await findInventory(db, id);
    if (!stock || stock.is_deleted) throw notFound('product');
    requireVersion(c, stock.version);
    const settings = settingsOf({ ...stock, ...c.req.valid('json') });
    const before = settingsOf(stock);
    if (isSame(before, settings)) return c.json(presentInventory(stock), 200, { etag: etagOf(stock.version) });
    const audit = auditEvent({
      actor_id: c.var.actor.id,
      action: 'inventory.updated',
      resource_type: 'inventory',
      resource_id: stock.product_id,
      before: { ...before },
      after: { ...settings },
    });
    const changed = await changeSettings(db, stock, { settings, audit }).catch((error: unknown) => {
      throw violates(error, 'product_inventory_available_check') ? stillPromised() : error;
    });
    if (changed === 'changed_meanwhile') throw changedMeanwhile();
    const { inventory, events } = changed;
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), events));
    return c.json(presentInventory(inventory), 200, { etag: etagOf(inventory.version) });
  });

  app.openapi(listLowStock, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const list = { path: c.req.path };
    const after = readCursor(cursor, list, AvailableKey);
    const rows = await findLowStock(connect(c.env), { after, limit: limit + 1 });
    const position = ({ quantity, reserved_quantity, product_id }: LowStockRow) => ({
      key: String(quantity - reserved_quantity),
      id: product_id,
    });
    const { data, page: envelope } = page(c, rows, { limit, list, position });
    return c.json({ data: data.map(presentLowStock), page: envelope }, 200);
  });

  addAdjustmentRoutes(app);
}

function settingsOf({ low_stock_threshold, allow_backorder }: StockSettings): StockSettings {
  return { low_stock_threshold, allow_backorder };
}

function isSame(one: StockSettings, other: StockSettings): boolean {
  return one.low_stock_threshold === other.low_stock_threshold && one.allow_backorder === other.allow_backorder;
}

function stillPromised(): Problem {
  return new Problem(
    'insufficient_stock',
    'Orders hold more of this product than there is. Add stock or cancel orders before you end backorders.',
  );
}

function presentInventory(stock: InventoryRow) {
  const { product_id, quantity, reserved_quantity, low_stock_threshold, allow_backorder, version, updated_at } = stock;
  const available_quantity = availableQuantity(stock);
  return {
    product_id,
    quantity,
    reserved_quantity,
    available_quantity,
    low_stock_threshold,
    allow_backorder,
    version,
    updated_at,
  };
}

function presentLowStock(product: LowStockRow) {
  return { ...product, available_quantity: availableQuantity(product) };
}
