import { currentTrace, withTrace } from '#shared/http/context.ts';
import { describeError, log } from '#shared/http/log.ts';

/**
 * A file in parts, each read when the client has taken the one before. The first is read here, so that a database that
 * is down is told by the status as long as there is one to choose; a later failure breaks the connection: what has been
 * sent must not look complete.
 */
export async function csvStream(
  service: string,
  parts: AsyncGenerator<string, void, void>,
): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder();
  const trace = currentTrace();
  let part: IteratorResult<string, void> | null = await parts.next();
  return new ReadableStream({
    pull: (controller) =>
      withTrace(service, trace, async () => {
        try {
          part ??= await parts.next();
          if (part.done) return controller.close();
          controller.enqueue(encoder.encode(part.value));
          part = null;
        } catch (error) {
          log('error', 'export broke off', describeError(error));
          controller.error(error);
        }
      }),
    cancel: async () => {
      await parts.return();
    },
  });
}
