import type { Context } from 'hono';

const longest = 255;

/** The client's IP address as Cloudflare saw it; the gateway passes it on. A local shop may have none. */
export function addressOf(c: Context): string {
  return c.req.header('cf-connecting-ip') ?? 'local';
}

/** What the client calls itself, cut to what is kept; null for one that says nothing. */
export function userAgentOf(c: Context): string | null {
  const said = c.req.header('user-agent')?.toWellFormed() ?? '';
  return Array.from(said).slice(0, longest).join('') || null;
}
