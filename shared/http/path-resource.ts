import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, Env } from 'hono';
import type { ZodType } from 'zod';

import { notFound } from '#shared/http/problem.ts';

/** How requests are refused for what was sent, whoever sent it and whatever it is about. */
const refusalsOfForm = new Set([400, 413, 415, 422]);

/**
 * On these paths 404 comes before what is wrong with the query and the body: whoever sends something to a resource that
 * is not there, or not theirs, hears that first. Only a request that is refused for its form pays for the look. Null or
 * undefined from `find` means that there is nothing. Register it before the routes.
 */
export function pathBeforeForm<E extends Env, Params>(
  app: OpenAPIHono<E>,
  path: string,
  schema: ZodType<Params>,
  find: (c: Context<E>, params: Params) => Promise<object | string | null | undefined>,
): void {
  app.use(path, async (c, next) => {
    await next();
    if (!refusalsOfForm.has(c.res.status)) return;
    // A fixed path, such as …/products/import, fits the pattern too and has no such parameters.
    const params = schema.safeParse(c.req.param());
    if (params.success && ((await find(c, params.data)) ?? null) === null) throw notFound('resource');
  });
}
