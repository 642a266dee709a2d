import type { Run } from './fault-runs.ts';
import { type Mode, modes } from './faults.ts';

const headings: Record<Mode, string> = {
  'fail-before': 'fails before',
  'fail-after': 'fails after',
  'time-out': 'times out',
  kill: 'worker dies',
};

const introduction = `# Fault points

What an operation comes to when one of the calls that are made for it, in whatever worker, fails before it has an effect,
fails after it, gets no answer in time (and takes effect when everybody has given up), or is the last thing that its worker
does. Afterwards the sweeps run as 16 minutes later, and every database and the payment gateway's books are looked at.

An event is delivered again whether its consumer fails, hangs or dies: only what it has done by then matters, so that calls
marked *(event)* fail before and after.

Written by \`tests/faults/fault-points.test.ts\`, which finds the points by doing each operation once: run it with
\`UPDATE_FAULT_TABLE=1\` after a change, and read the difference.
`;

/** The document: for each operation its points, and what each fault at them comes to. */
export function tableOf(runs: { run: Run; end: string }[]): string {
  const sections = [...Map.groupBy(runs, ({ run }) => run.operation)].map(([operation, own]) => {
    const repeated = own.filter(({ run }) => run.isRepeated);
    const points = [...Map.groupBy(own, ({ run }) => run.point)].map(([point, atPoint]) => [
      point,
      ...modes.map((mode) => cellOf(atPoint.filter(({ run }) => run.mode === mode))),
    ]);
    const notes = [
      `Undisturbed: ${operation.done}.`,
      ...(repeated.length > 0 && repeated.every(({ end }) => end === operation.done)
        ? ['Whoever repeats the request comes to the same, whatever the fault. Without a repetition:']
        : ['With and without a repetition:']),
    ];
    const text = operation.isSweep ? `${notes[0]} The next sweep repeats it:` : notes.join(' ');
    return `## ${operation.name}\n\n${text}\n\n${rowsOf([['point', ...modes.map((mode) => headings[mode])], ...points])}`;
  });
  return [introduction, ...sections].join('\n');

  function cellOf(own: { run: Run; end: string }[]): string {
    const [once] = own.filter(({ run }) => !run.isRepeated);
    const [repeated] = own.filter(({ run }) => run.isRepeated);
    const isTold = repeated !== undefined && repeated.end !== repeated.run.operation.done;
    return isTold ? `${once?.end}; repeated: ${repeated.end}` : (once?.end ?? '–');
  }
}

/** The points of the document, operation by operation. */
export function pointsIn(table: string): string[] {
  return [...table.matchAll(/^(?:## |\| )([^|\n]+)/gm)].map(([, first = '']) => first.trim());
}

/** Columns as wide as their widest cell. */
function rowsOf(rows: string[][]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
  const [heading = [], ...body] = rows;
  return [line(heading), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('');
}
