import type { Freshness, Lifetimes } from './cache-freshness.ts';

/** `Cache-Status` (RFC 9211) of an answer that was kept. A negative `ttl` says that it is no longer fresh. */
export function hitStatus(freshness: Freshness, age: number, { fresh }: Lifetimes): string {
  const ttl = freshness === 'fresh' ? fresh - age : Math.min(fresh - age, 0);
  const detail = freshness === 'expired' ? '; detail=upstream-unavailable' : '';
  return `edge; hit; ttl=${ttl}${detail}`;
}

/** `Cache-Status` of an answer that products gave just now, to this request (`stored` or not) or to one that it joined. */
export function missStatus(miss: { hadEntry: boolean; isStored: boolean; isCollapsed: boolean }): string {
  const forwarded = miss.hadEntry ? 'edge; fwd=stale' : 'edge; fwd=miss';
  if (miss.isCollapsed) return `${forwarded}; collapsed`;
  return miss.isStored ? `${forwarded}; stored` : forwarded;
}

/** Whether the client has this content already: `If-None-Match` with the weak comparison of RFC 9110, section 13.1.2. */
export function isKnown(ifNoneMatch: string | undefined, etag: string | null): boolean {
  if (ifNoneMatch === undefined || etag === null) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const opaque = etag.replace(/^W\//, '');
  return [...ifNoneMatch.matchAll(/"[^"]*"/g)].some(([tag]) => tag === opaque);
}
