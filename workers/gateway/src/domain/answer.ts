import type { Stamp } from './cache-freshness.ts';

/** An answer of the products service, read completely. */
export interface Answer extends Stamp {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: ArrayBuffer;
}

/** Larger answers pass through. */
const maxBytes = 1_024 * 1_024;

/** What of an answer belongs to its content. Everything else was about the one request that it was given to. */
export const contentHeaders = [
  'cache-control',
  'content-language',
  'content-type',
  'deprecation',
  'etag',
  'link',
  'sunset',
];

/** Whether everybody may be given this answer. */
export function isKeepable({ status, headers, body }: Answer): boolean {
  const directives = (headers['cache-control'] ?? '').split(',').map((part) => part.trim());
  return (
    status === 200 &&
    directives.includes('public') &&
    !directives.some((directive) => /^(private|no-store|no-cache)\b/.test(directive)) &&
    !('set-cookie' in headers || 'vary' in headers) &&
    body.byteLength <= maxBytes
  );
}

/** The headers to keep with the content. */
export function contentHeadersOf({ headers }: Answer): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => contentHeaders.includes(name)));
}
