import { expect, inject } from 'vitest';
import { z } from 'zod';

const Answer = z.object({ result: z.object({ outcome: z.string() }) });

/** Runs the jobs of a worker as if a minute were over, and answers how that ended: `ok`, or `exception`. */
export async function runCron(worker: string): Promise<string> {
  const url = new URL(`/cdn-cgi/local/explorer/api/local/scheduled?worker=${worker}`, inject('stack').url);
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ cron: '* * * * *' }),
  });
  expect(answer.status).toBe(200);
  return Answer.parse(await answer.json()).result.outcome;
}
