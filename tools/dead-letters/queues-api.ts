import { z } from 'zod';

/** A message as the Queues API gives it. `lease_id` is there when it was pulled, not when it was peeked at. */
const Received = z.object({
  id: z.string(),
  timestamp_ms: z.number(),
  attempts: z.number(),
  body: z.string(),
  lease_id: z.string().optional(),
});

const Messages = z.object({ messages: z.array(Received).optional() });
const QueueList = z.array(z.object({ queue_id: z.string(), queue_name: z.string() }));
const Answer = z.object({
  success: z.boolean(),
  errors: z.array(z.object({ code: z.number().optional(), message: z.string() })).optional(),
  result: z.unknown(),
});

export type ReceivedMessage = z.infer<typeof Received>;

export interface Account {
  /** Of Cloudflare's API, such as `https://api.cloudflare.com/client/v4`. */
  baseUrl: string;
  accountId: string;
  /** A token with Queues: Edit. */
  token: string;
}

/** As much as one call takes and gives. */
export const batchSize = 100;
const timeoutMilliseconds = 30_000;
/** Time to send a batch on. If we end before, its messages come back by themselves after this long. */
const leaseMilliseconds = 120_000;

/** The queues of an account over Cloudflare's REST API. Every call throws with the reason that Cloudflare gives. */
export function queuesApi({ baseUrl, accountId, token }: Account) {
  const call = async (method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${baseUrl}/accounts/${accountId}/queues${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
    const answer = Answer.safeParse(await response.json().catch(() => null));
    if (response.ok && answer.success && answer.data.success) return answer.data.result;
    const reasons = answer.data?.errors?.map(({ message }) => message).join(' ');
    throw new Error(
      `Cloudflare refused ${method} …/queues${path} (${response.status}): ${reasons || 'no reason given'}`,
    );
  };
  const messagesOf = (result: unknown) => Messages.parse(result ?? {}).messages ?? [];
  return {
    /** The id of the queue of this name. */
    async idOf(name: string): Promise<string> {
      const queues = QueueList.parse(await call('GET', `?name=${encodeURIComponent(name)}`));
      const queue = queues.find(({ queue_name }) => queue_name === name);
      if (!queue) throw new Error(`There is no queue "${name}" in this account.`);
      return queue.queue_id;
    },
    /** The oldest messages. They stay as they are. */
    async peek(queueId: string): Promise<ReceivedMessage[]> {
      return messagesOf(await call('POST', `/${queueId}/messages/peek`, { batch_size: batchSize }));
    },
    /** The next messages, for nobody else until the lease ends. None when there are none to be had. */
    async pull(queueId: string): Promise<ReceivedMessage[]> {
      const body = { batch_size: batchSize, visibility_timeout_ms: leaseMilliseconds };
      return messagesOf(await call('POST', `/${queueId}/messages/pull`, body));
    },
    /** `acks` are gone for good, `retries` can be pulled again. */
    async settle(queueId: string, leases: { acks: string[]; retries: string[] }): Promise<void> {
      const of = (ids: string[]) => ids.map((lease_id) => ({ lease_id }));
      await call('POST', `/${queueId}/messages/ack`, { acks: of(leases.acks), retries: of(leases.retries) });
    },
    async send(queueId: string, bodies: unknown[]): Promise<void> {
      const messages = bodies.map((body) => ({ body, content_type: 'json' }));
      await call('POST', `/${queueId}/messages/batch`, { messages });
    },
  };
}

export type QueuesApi = ReturnType<typeof queuesApi>;
