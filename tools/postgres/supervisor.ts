import { startPostgres } from './launcher.ts';
import type { PostgresOptions, RunningPostgres, ServerExit } from './launcher.ts';

const MAX_RESTARTS = 5;
const WINDOW_MS = 60_000;

/**
 * `startPostgres`, and starts the server again when it ends by itself, at most five times a minute.
 * `exited` resolves after `stop`, or when the server could not be kept running; `pid` is that of the present server.
 */
export async function supervisePostgres(options: PostgresOptions): Promise<RunningPostgres> {
  let server = await startPostgres(options);
  let stopping = false;
  const restarts: number[] = [];

  const keepRunning = async (): Promise<ServerExit> => {
    for (;;) {
      const exit = await server.exited;
      const reason = exit.signal ?? `code ${exit.code}`;
      const recent = restarts.filter((time) => time > Date.now() - WINDOW_MS);
      if (stopping) {
        return exit;
      }
      if (recent.length >= MAX_RESTARTS) {
        options.log(`Postgres ended (${reason}) for the ${MAX_RESTARTS + 1}th time in a minute: giving up`);
        return exit;
      }
      options.log(`Postgres ended (${reason}): starting it again`);
      restarts.push(Date.now());
      try {
        server = await startPostgres(options);
      } catch (error) {
        options.log(`Postgres could not be started again: ${error instanceof Error ? error.message : String(error)}`);
        return exit;
      }
      if (stopping) {
        await server.stop();
      }
    }
  };
  const exited = keepRunning();

  return {
    url: server.url,
    port: server.port,
    get pid() {
      return server.pid;
    },
    exited,
    async stop() {
      stopping = true;
      await server.stop();
      await exited;
    },
  };
}
