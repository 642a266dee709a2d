import type { Deployed } from '#tools/deploy/account.ts';
import type { Target } from '#tools/deploy/targets.ts';
import type { WorkerName } from '#tools/workers.ts';

/** How to bring workers back to what they were, the last one first. */
export function rollbackAdvice(done: Target[], before: Map<WorkerName, Deployed>): string {
  const lines = done.toReversed().map(({ worker, script, flags }) => {
    const { version, isEmpty } = before.get(worker) ?? { version: null, isEmpty: true };
    if (version === null || isEmpty) return `  # ${script} is new: there is nothing to go back to`;
    return `  npx wrangler rollback ${version} ${flags.join(' ')} --yes --message "back to what was before"`;
  });
  return [
    'To go back:',
    '',
    ...lines,
    '',
    'The databases stay as they are: every release runs on the schema of the one after it.',
  ].join('\n');
}
