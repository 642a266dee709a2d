import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { Problem } from '#shared/http/problem.ts';

import { interpret } from '../../domain/import/groups.ts';
import { type CsvTable, InvalidCsv, readTable } from '../../domain/import/table.ts';
import { type ProductsEnv, queuesOf } from '../../env.ts';
import { importProducts } from './imports.contract.ts';
import { runImport } from './run-import.ts';

export function addImportRoutes(app: OpenAPIHono<ProductsEnv>): void {
  app.openapi(importProducts, async (c) => {
    const { dry_run: dryRun, update_stock: updateStock } = c.req.valid('query');
    const { groups, errors } = interpret(tableOf(new Uint8Array(await c.req.arrayBuffer())));
    const db = connect(c.env);
    const report = await runImport(groups, {
      db,
      dryRun,
      updateStock,
      onWritten: (events) => c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), events)),
    });
    const allErrors = [...errors, ...report.errors].sort((a, b) => a.row - b.row);
    return c.json({ ...report, errors: allErrors }, 200);
  });
}

function tableOf(file: Uint8Array): CsvTable {
  try {
    return readTable(file);
  } catch (error) {
    if (error instanceof InvalidCsv) throw new Problem('invalid_csv', error.message);
    throw error;
  }
}
