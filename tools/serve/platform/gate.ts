/**
 * Where requests wait while the process in which they have arrived is told to end. workerd then closes each connection on
 * which nothing is asked, and says in what it answers from then on that it closes the connection. Without the gate, many
 * would get an answer just before, and send the next request on a connection that is being closed.
 */

const pollMilliseconds = 10;
/** How long those that were let in before may hold up the others. */
const quietMilliseconds = 1_000;
/** For those who have just been answered: so long they may take to ask again. */
const settleMilliseconds = 300;
/** Should whoever closed the gate be gone. */
const longestMilliseconds = 10_000;

const gate = { closedUntil: 0, inside: 0 };

/** Answers a request, once the gate is open. */
export async function throughGate(answer: () => Response | Promise<Response>): Promise<Response> {
  // Each request has a timer of its own: none can wait for what another one does.
  while (Date.now() < gate.closedUntil) await scheduler.wait(pollMilliseconds);
  gate.inside++;
  try {
    return await answer();
  } finally {
    gate.inside--;
  }
}

/** Lets nobody in, and resolves when those who were let in before have been answered, or take too long. */
export async function closeGate(): Promise<void> {
  const closedAt = Date.now();
  gate.closedUntil = closedAt + longestMilliseconds;
  while (gate.inside > 0 && Date.now() < closedAt + quietMilliseconds) await scheduler.wait(pollMilliseconds);
  await scheduler.wait(settleMilliseconds);
}

export function openGate(): void {
  gate.closedUntil = 0;
}
