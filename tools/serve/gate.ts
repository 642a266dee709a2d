import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';

import type { State } from './state.ts';

/** More than the gate itself takes. */
const patienceMilliseconds = 5_000;

export interface ClosedGate {
  /** Resolves when the process has begun to end: from now on it says in its answers that it closes the connection. */
  ending: Promise<unknown>;
  open: () => void;
}

/**
 * Closes the gate of the running process, see `platform/gate.ts`. When this resolves, nobody is let in and hardly anybody
 * is inside.
 */
export async function closeGate({ url, token }: State['admin']): Promise<ClosedGate> {
  const options = { method: 'POST', headers: { authorization: `Bearer ${token}` } };
  // Its body does not end, and so the gate stays closed.
  const held = request(`${url}/gate`, options);
  try {
    held.flushHeaders();
    const response = await answerOf(held);
    response.on('error', () => {});
    const idle = await idleConnection(url);
    return { ending: once(idle, 'close').catch(() => {}), open: () => void held.end() };
  } catch (error) {
    held.destroy();
    throw error;
  }
}

/** A connection on which nothing is asked is closed first. */
async function idleConnection(url: string): Promise<Socket> {
  const asked = request(url, { agent: new Agent({ keepAlive: true }) }).end();
  return (await answerOf(asked)).socket;
}

async function answerOf(asked: ClientRequest): Promise<IncomingMessage> {
  asked.on('error', () => {});
  const [response] = await once(asked, 'response', { signal: AbortSignal.timeout(patienceMilliseconds) });
  return response.resume();
}
