import type { RowError } from './cells.ts';

/** What an import did, or would do. Counts are product rows. */
export interface Report {
  created: number;
  updated: number;
  skipped: number;
  errors: RowError[];
}

/** A file in which every row is wrong in many ways must still fit into the answer, and into memory. */
const maxErrors = 50_000;

/** Collects a report. Errors beyond the first many are counted only; a last entry tells how many. */
export function newReport() {
  const counts = { created: 0, updated: 0, skipped: 0 };
  const errors: RowError[] = [];
  let omitted = 0;
  return {
    counts,
    note(found: RowError[]): void {
      for (const error of found) {
        if (errors.length < maxErrors) errors.push(error);
        else omitted++;
      }
    },
    get errorCount(): number {
      return errors.length + omitted;
    },
    /** The errors in the order of their rows. */
    result(): Report {
      const sorted = errors.toSorted((a, b) => a.row - b.row);
      const row = sorted.at(-1)?.row ?? 1;
      const message = `${omitted} further errors are not listed.`;
      const rest = omitted === 0 ? [] : [{ row, column: null, code: 'too_many_errors', message }];
      return { ...counts, errors: [...sorted, ...rest] };
    },
  };
}

export type ReportCollector = ReturnType<typeof newReport>;
