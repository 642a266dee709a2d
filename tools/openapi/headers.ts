/** The headers of answers, each described once. */
export const headers = {
  Allow: {
    description: 'The methods of this path.',
    schema: { type: 'string', examples: ['GET, HEAD'] },
  },
  'X-Request-Id': {
    description:
      'Names this request in every log. One of your own (8 to 128 of `A-Z a-z 0-9 . _ -`) is kept and answered.',
    required: true,
    schema: { type: 'string', pattern: '^[A-Za-z0-9._-]{8,128}$', examples: ['4f7c2a90-1d6e-4b8a-9c35-7e2f1a0b6d48'] },
  },
  'Cache-Control': {
    description: '`no-store`, but for what is the same for everybody.',
    required: true,
    schema: { type: 'string', examples: ['no-store'] },
  },
  Location: {
    description: 'The path of what was made.',
    required: true,
    schema: { type: 'string', pattern: '^/v1/', examples: ['/v1/orders/01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f'] },
  },
  ETag: {
    description: 'The version; send it as `If-Match` to change or delete this and nothing newer.',
    required: true,
    schema: { type: 'string', pattern: '^"\\d+"$', examples: ['"3"'] },
  },
  ContentTag: {
    description: 'Names the content; send it as `If-None-Match` to get it only if it has changed.',
    required: true,
    schema: { type: 'string', pattern: '^W/"[^"]+"$', examples: ['W/"5f9c1e2d4b7a3c68"'] },
  },
  Age: {
    description: 'For how many seconds the edge has had this answer.',
    schema: { type: 'integer', minimum: 0, examples: [12] },
  },
  'Cache-Status': {
    description: 'Whether the edge had the answer (RFC 9211).',
    schema: { type: 'string', examples: ['edge; hit; ttl=18'] },
  },
  Link: {
    description: 'The next page, as `rel="next"`; not on the last one.',
    schema: { type: 'string', examples: ['</v1/products?limit=20&cursor=eyJsaXN0IjoiNWY5YzFl>; rel="next"'] },
  },
  'Idempotency-Replayed': {
    description: '`true` when this is the answer that the key was given before.',
    schema: { type: 'string', const: 'true' },
  },
  'WWW-Authenticate': {
    description: 'How to authenticate (RFC 6750).',
    required: true,
    schema: { type: 'string', examples: ['Bearer'] },
  },
  'Retry-After': {
    description: 'In how many seconds to try again.',
    required: true,
    schema: { type: 'string', pattern: '^\\d+$', examples: ['1'] },
  },
  'RateLimit-Policy': {
    description: 'The limit that was met: `q` requests in `w` seconds.',
    schema: { type: 'string', examples: ['"api";q=600;w=60'] },
  },
  'Content-Disposition': {
    description: 'That this is a file, and its name.',
    required: true,
    schema: { type: 'string', examples: ['attachment; filename="orders.csv"'] },
  },
  Deprecation: {
    description: 'Since when this operation is deprecated (RFC 9745).',
    required: true,
    schema: { type: 'string', pattern: '^@\\d+$', examples: ['@1795305600'] },
  },
  Sunset: {
    description: 'When this operation will be gone (RFC 8594).',
    required: true,
    schema: { type: 'string', examples: ['Tue, 01 Jun 2027 00:00:00 GMT'] },
  },
} as const satisfies Record<string, { description: string; required?: true; schema: object }>;

export type HeaderName = keyof typeof headers;
