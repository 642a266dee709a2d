import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';

import { describeError, log } from '#shared/http/log.ts';
import { unavailable } from '#shared/http/problem.ts';

import { type Answer, contentHeadersOf, isKeepable } from '../domain/answer.ts';
import { newAttempts } from '../domain/attempts.ts';
import { ageOf, type Freshness, judge, type Lifetimes } from '../domain/cache-freshness.ts';
import { hitStatus, isKnown, missStatus } from '../domain/cache-headers.ts';
import { cacheKeyOf, changesCatalogue, isCatalogueRead } from '../domain/cache-rules.ts';
import type { Bindings, GatewayEnv } from '../env.ts';
import { dropEntry, type Entry, findEntry, keepEntry } from '../store/entries.ts';
import { readTogether } from '../store/flights.ts';
import { readProducts } from '../store/products.ts';
import { advanceCatalogue, catalogueVersion } from '../store/version.ts';

type GatewayContext = Context<GatewayEnv>;

/** What this isolate has tried. */
const attempts = newAttempts({ pauseMilliseconds: 1_000, failureMilliseconds: 5_000, capacity: 10_000 });

/** Answers public reads of the catalogue from the cache of the data centre, and notices what changes the catalogue. */
export function addCatalogueCache(app: OpenAPIHono<GatewayEnv>): void {
  app.use('/v1/*', async (c, next) => {
    const { method } = c.req;
    const { pathname } = new URL(c.req.url);
    if (isCatalogueRead(method, pathname)) return readCatalogue(c);
    await next();
    // Whoever changed something sees it in the next read. Nobody is told of a failure: the change's event follows.
    if (c.res.ok && changesCatalogue(method, pathname)) {
      await advanceCatalogue(c.env).catch((error: unknown) => {
        log('warn', 'catalogue version not advanced', describeError(error));
      });
    }
  });
}

async function readCatalogue(c: GatewayContext): Promise<Response> {
  const url = cacheKeyOf(c.req.url);
  const version = await catalogueVersion(c.env, (work) => c.executionCtx.waitUntil(work));
  const entry = await findEntry(url);
  const read = { url, version, hadEntry: entry !== null };
  if (entry) {
    const freshness = judge(entry, Date.now(), version, lifetimesOf(c.env));
    if (freshness === 'fresh') return hit(c, entry, freshness);
    if (freshness === 'revalidate' || attempts.failedLately(url)) {
      if (attempts.begin(url)) c.executionCtx.waitUntil(readAnew(c, read));
      return hit(c, entry, freshness);
    }
  }
  const landing = await readAnew(c, read);
  if (landing.ok) {
    await discard(entry?.body);
    return miss(c, read, landing);
  }
  if (entry) return hit(c, entry, 'expired');
  throw unavailable();
}

interface Read {
  url: string;
  version: number;
  hadEntry: boolean;
}

/** Asks products, together with others who want the same, and keeps what everybody may be given. */
async function readAnew(c: GatewayContext, { url, version, hadEntry }: Read) {
  const place = c.req.raw.cf?.colo;
  const landing = await readTogether(c.env, { url, version, place: typeof place === 'string' ? place : 'local' });
  attempts.end(url, landing.ok);
  if (landing.ok && landing.isFirst) {
    if (isKeepable(landing.answer)) c.executionCtx.waitUntil(keepEntry(url, landing.answer));
    else if (hadEntry) c.executionCtx.waitUntil(dropEntry(url));
  }
  return landing;
}

/** What was kept. An expired answer says that it is one. */
function hit(c: GatewayContext, entry: Entry, freshness: Freshness): Promise<Response> {
  const age = ageOf(entry, Date.now());
  const headers = new Headers(entry.headers);
  headers.set('age', String(age));
  headers.set('cache-status', hitStatus(freshness, age, lifetimesOf(c.env)));
  if (freshness === 'expired') headers.set('warning', '111 - "Revalidation Failed"');
  return content(c, headers, entry.body);
}

/** What products gave. A refusal names the request that it was given to, so nobody else can have it. */
async function miss(
  c: GatewayContext,
  { url, version, hadEntry }: Read,
  { answer, isFirst }: { answer: Answer; isFirst: boolean },
): Promise<Response> {
  if (!isKeepable(answer)) {
    const own = isFirst ? { ok: true as const, answer } : await readProducts(c.env, url, version);
    if (!own.ok) throw unavailable();
    return passedOn(own.answer, missStatus({ hadEntry, isStored: false, isCollapsed: false }));
  }
  const headers = new Headers(contentHeadersOf(answer));
  headers.set('cache-status', missStatus({ hadEntry, isStored: true, isCollapsed: !isFirst }));
  const timing = answer.headers['server-timing'];
  if (isFirst && timing !== undefined) headers.set('server-timing', timing);
  if (!isFirst) headers.set('age', String(ageOf(answer, Date.now())));
  return content(c, headers, answer.body);
}

function passedOn({ status, headers, body }: Answer, cacheStatus: string): Response {
  const response = new Response(body.byteLength > 0 ? body : null, { status, headers });
  response.headers.set('cache-status', cacheStatus);
  return response;
}

/** 200 with the content, or 304 for those who have it already. */
async function content(c: GatewayContext, headers: Headers, body: Entry['body']): Promise<Response> {
  const isUnchanged = isKnown(c.req.header('if-none-match'), headers.get('etag'));
  if (isUnchanged) headers.delete('content-type');
  if (isUnchanged || c.req.method === 'HEAD') {
    await discard(body);
    return new Response(null, { status: isUnchanged ? 304 : 200, headers });
  }
  return new Response(body, { headers });
}

async function discard(body: Entry['body'] | undefined): Promise<void> {
  if (body instanceof ReadableStream) await body.cancel();
}

function lifetimesOf({ CATALOGUE_FRESH_SECONDS, CATALOGUE_STALE_SECONDS }: Bindings): Lifetimes {
  return { fresh: Number(CATALOGUE_FRESH_SECONDS), stale: Number(CATALOGUE_STALE_SECONDS) };
}
