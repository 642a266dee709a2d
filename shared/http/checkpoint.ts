/** The parts of a request's context that a checkpoint reads. */
interface Checked {
  env: { TEST_CHECKPOINTS?: string };
  req: { header(name: string): string | undefined };
}

/**
 * A named point at which a test can run a competing action, or let the worker die. Does nothing unless the stack was
 * started with TEST_CHECKPOINTS and the request names the point: `X-Test-Checkpoint: <name>=<callback URL>`. The callback
 * is awaited; when it answers 410, the request never continues, as if the worker had been killed there.
 */
export async function checkpoint(c: Checked, name: string): Promise<void> {
  if (c.env.TEST_CHECKPOINTS !== 'on') return;
  const [wanted, callback] = (c.req.header('x-test-checkpoint') ?? '').split('=');
  if (wanted !== name || callback === undefined) return;
  const { status } = await fetch(callback, { method: 'POST' });
  if (status === 410) await new Promise(() => {});
}
