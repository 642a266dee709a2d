import type { OpenAPIHono } from '@hono/zod-openapi';

import { connectForLongWork } from '#shared/db/postgres.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { Problem } from '#shared/http/problem.ts';

import { InvalidCsv } from '../../domain/import/file.ts';
import { type ImportFile, openImport } from '../../domain/import/groups.ts';
import { type ProductsEnv, queuesOf } from '../../env.ts';
import { importProducts } from './imports.contract.ts';
import { runImport } from './run-import.ts';

export function addImportRoutes(app: OpenAPIHono<ProductsEnv>): void {
  app.openapi(importProducts, async (c) => {
    const { dry_run: dryRun, update_stock: updateStock } = c.req.valid('query');
    const file = opened(new Uint8Array(await c.req.arrayBuffer()));
    const db = connectForLongWork(c.env);
    const report = await runImport(file, {
      db,
      actorId: c.var.actor.id,
      dryRun,
      updateStock,
      onWritten: (events) => c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), events)),
    });
    return c.json(report, 200);
  });
}

function opened(bytes: Uint8Array): ImportFile {
  try {
    return openImport(bytes);
  } catch (error) {
    if (error instanceof InvalidCsv) throw new Problem('invalid_csv', error.message);
    throw error;
  }
}
