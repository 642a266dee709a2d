import type { OpenAPIHono } from '@hono/zod-openapi';

import { connectForLongWork } from '#shared/db/postgres.ts';
import { currentTrace, withTrace } from '#shared/http/context.ts';
import { describeError, log } from '#shared/http/log.ts';

import type { ProductsEnv } from '../../env.ts';
import { catalogueCsv } from './catalogue-csv.ts';
import { exportProducts } from './exports.contract.ts';

export function addExportRoutes(app: OpenAPIHono<ProductsEnv>): void {
  app.openapi(exportProducts, async (c) => {
    const parts = catalogueCsv(connectForLongWork(c.env));
    // A database that is down is told by the status, as long as there is one to choose.
    const first = await parts.next();
    return c.body(streamOf(first, parts), 200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="products.csv"',
    });
  });
}

/**
 * The parts as a stream, each read when the client has taken the one before. A failure breaks the connection: what has
 * been sent must not look complete.
 */
function streamOf(
  first: IteratorResult<string, void>,
  parts: AsyncGenerator<string, void, void>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const trace = currentTrace();
  let part: IteratorResult<string, void> | null = first;
  return new ReadableStream({
    pull: (controller) =>
      withTrace('products', trace, async () => {
        try {
          part ??= await parts.next();
          if (part.done) return controller.close();
          controller.enqueue(encoder.encode(part.value));
          part = null;
        } catch (error) {
          log('error', 'export broke off', describeError(error));
          controller.error(error);
        }
      }),
    cancel: async () => {
      await parts.return();
    },
  });
}
