/** Analytics Engine's place: data points are for Cloudflare's dashboards, and there are none here. */
export default {
  async fetch(request: Request): Promise<Response> {
    await request.arrayBuffer();
    return new Response(null, { status: 204 });
  },
};
