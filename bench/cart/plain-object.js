/** Takes the place of `cloudflare:workers`, whose Durable Objects cannot be made like other objects. */
export class DurableObject {
  ctx;
  env;

  constructor(context, env) {
    this.ctx = context;
    this.env = env;
  }
}
