import { markdownTable } from '../statistics.ts';
import type { Figures } from './measure.ts';
import type { Limit, Path } from './paths.ts';

/** Medians over the runs. */
export interface Result extends Figures {
  name: string;
  clients: number;
  limit?: Limit;
  target?: Path['target'];
  runs: Figures[];
}

/** A table for each number of clients. Paths stand beside the reference that they cannot pass. */
export function tablesOf(results: readonly Result[]): string {
  const counts = [...new Set(results.map(({ clients }) => clients))];
  return counts
    .map((count) => {
      const rows = results.filter(({ clients }) => clients === count).map((result) => rowOf(result, results));
      const head = ['Path', 'per second', 'p50 ms', 'p99 ms', 'of its limit', 'target'];
      return `${count === 1 ? 'One client' : `${count} clients`}:\n\n${markdownTable([head, ...rows])}`;
    })
    .join('\n\n');
}

function rowOf(result: Result, all: readonly Result[]): string[] {
  const { name, clients, perSecond, p50, p99, limit, target } = result;
  const reference = all.find((other) => other.name === limit && other.clients === clients);
  const share = reference ? perSecond / reference.perSecond : undefined;
  return [
    name,
    perSecond.toFixed(perSecond < 100 ? 1 : 0),
    p50.toFixed(1),
    Number.isNaN(p99) ? '' : p99.toFixed(1),
    share === undefined ? '' : `${share.toFixed(3)} of ${limit}`,
    target ? targetText(target) : '',
  ];
}

function targetText(target: NonNullable<Path['target']>): string {
  return 'share' in target ? `${target.share.toFixed(3)} of it` : `${target.perSecond} per second`;
}
