/** What bare workerd lacks of the platform, as little of it as a measurement needs. */
import { WorkerEntrypoint } from 'cloudflare:workers';

/** A service that is not part of the measurement. */
export default class Absent extends WorkerEntrypoint {
  fetch() {
    return new Response('This service does not run here.', { status: 503 });
  }
}

/** Takes every message and delivers none. */
export class Queue extends WorkerEntrypoint {
  async fetch(request) {
    await request.arrayBuffer(); // who sends waits until all of it is read
    return Response.json({ metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } });
  }
}

/** Keeps nothing: each look-up is a miss. */
export class Cache extends WorkerEntrypoint {
  async fetch(request) {
    await request.arrayBuffer();
    return new Response(null, { status: request.method === 'GET' ? 504 : 204, headers: { 'cf-cache-status': 'MISS' } });
  }
}

export class RateLimit extends WorkerEntrypoint {
  limit() {
    return { success: true };
  }
}

export class Email extends WorkerEntrypoint {
  send() {
    return { messageId: crypto.randomUUID() };
  }
}
