import { expect, it } from 'vitest';

import { newReport } from './report.ts';

it('a report lists errors by row, and counts those that are too many to list', () => {
  const report = newReport();
  const error = (row: number) => ({ row, column: null, code: 'wrong', message: 'It is wrong.' });
  report.counts.created += 2;
  report.note([error(3), error(2)]);
  expect(report.result()).toEqual({ created: 2, updated: 0, skipped: 0, errors: [error(2), error(3)] });
  report.note(Array.from({ length: 50_005 }, (_, i) => error(i + 4)));
  const { errors } = report.result();
  expect(errors).toHaveLength(50_001);
  expect(errors.at(-2)).toEqual(error(50_001));
  expect(errors.at(-1)).toEqual({
    row: 50_001,
    column: null,
    code: 'too_many_errors',
    message: '7 further errors are not listed.',
  });
  expect(report.errorCount).toBe(50_007);
});
