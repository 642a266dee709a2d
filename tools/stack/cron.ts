import type { LocalWorker } from '#tools/stack/worker-configs.ts';

/** Fires the workers' cron triggers every minute, which the local runtime does not do by itself. */
export function driveCron(url: string, workers: LocalWorker[], log: (line: string) => void): () => void {
  const timer = setInterval(() => {
    for (const { name, crons } of workers) {
      for (const cron of crons) void fire(url, name, cron, log);
    }
  }, 60_000);
  return () => clearInterval(timer);
}

async function fire(url: string, worker: string, cron: string, log: (line: string) => void): Promise<void> {
  try {
    const answer = await fetch(`${url}/cdn-cgi/local/explorer/api/local/scheduled?worker=${worker}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ cron }),
      signal: AbortSignal.timeout(55_000),
    });
    if (!answer.ok) log(`cron of ${worker}: ${answer.status} ${await answer.text()}`);
  } catch (error) {
    log(`cron of ${worker}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
