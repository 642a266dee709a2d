/** The least that a worker can do with a database: one row by its key. */
import { neon, neonConfig } from '@neondatabase/serverless';

interface Env {
  DATABASE_URL: string;
  NEON_ENDPOINT: string;
}

export default {
  async fetch(request: Request, { DATABASE_URL, NEON_ENDPOINT }: Env): Promise<Response> {
    neonConfig.fetchEndpoint = NEON_ENDPOINT;
    const id = new URL(request.url).pathname.slice(1);
    const [row] = await neon(DATABASE_URL)`SELECT id, name, price FROM products WHERE id = ${id}`;
    return Response.json(row, { status: row ? 200 : 404 });
  },
};
