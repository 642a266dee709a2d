import { sqlError } from '#shared/db/errors.ts';
import type { Database } from '#shared/db/postgres.ts';
import { auditEvent } from '#shared/events/audit.ts';
import type { OutboxEvent } from '#shared/events/events.ts';
import { insertEvents } from '#shared/events/outbox.ts';
import { describeError, log } from '#shared/http/log.ts';
import { unavailable } from '#shared/http/problem.ts';

import { chunksOf } from '../../domain/import/chunks.ts';
import { newClaims } from '../../domain/import/claims.ts';
import { type ImportFile, type ImportGroup, interpret } from '../../domain/import/groups.ts';
import { type Plan, planImport } from '../../domain/import/plan.ts';
import { newReport, type Report, type ReportCollector } from '../../domain/import/report.ts';
import { readKnown } from '../../store/import-reads.ts';
import { type Written, writeImport } from '../../store/import-writes.ts';

interface ImportRun {
  db: Database;
  actorId: string;
  dryRun: boolean;
  updateStock: boolean;
  /** Called with the events of what has been committed. */
  onWritten: (events: OutboxEvent[]) => void;
}

const maxAttempts = 5;

/**
 * Brings the catalogue to what the file says, a chunk at a time, so that never more than a chunk of it is in memory as
 * anything but bytes. Each group is written wholly or not at all.
 */
export async function runImport(file: ImportFile, run: ImportRun): Promise<Report> {
  const report = newReport();
  report.note(file.errors);
  const claims = newClaims(file.records);
  try {
    for (const handles of chunksOf(file)) {
      const { groups, errors } = interpret(file, handles, claims);
      report.note(errors);
      if (groups.length > 0) await importChunk(groups, run, report, 1);
    }
  } finally {
    // What was written before a failure stays written.
    if (!run.dryRun) await recordRun(run, report);
  }
  return report.result();
}

/** One entry of the audit log a run: the products tell of themselves by `product.updated`. */
async function recordRun({ db, actorId, onWritten }: ImportRun, report: ReportCollector): Promise<void> {
  if (report.counts.created + report.counts.updated === 0) return;
  const entry = auditEvent({
    actor_id: actorId,
    action: 'catalogue.imported',
    resource_type: 'catalogue',
    resource_id: 'catalogue',
    before: null,
    after: { ...report.counts, errors: report.errorCount },
  });
  try {
    await insertEvents(db, [entry]);
    onWritten([entry]);
  } catch (error) {
    log('error', 'import not recorded', { ...report.counts, actor: actorId, ...describeError(error) });
  }
}

/** Reads, plans and writes. What someone else changed in between is read and planned again. */
async function importChunk(
  groups: ImportGroup[],
  run: ImportRun,
  report: ReportCollector,
  attempt: number,
): Promise<void> {
  const plan = planImport(groups, await readKnown(run.db, groups), run.updateStock);
  const written = run.dryRun || plan.products.length === 0 ? nothing : await write(run, plan);
  if (written === 'refused') return importInParts(groups, run, report, attempt);
  if (written.events.length > 0) run.onWritten(written.events);
  count(report, plan, written.stale);
  const again = groups.filter(({ handle }) => written.stale.has(handle));
  if (again.length === 0) return;
  if (attempt === maxAttempts) throw unavailable('Others keep changing these products. Send the file again.');
  await importChunk(again, run, report, attempt + 1);
}

const nothing: Written = { events: [], stale: new Set() };

async function write({ db, actorId }: ImportRun, plan: Plan): Promise<Written | 'refused'> {
  try {
    return await writeImport(db, plan, actorId);
  } catch (error) {
    // A constraint (class 23) or a deadlock: the catalogue is no longer what the plan was made for.
    if (/^(23|40)/.test(sqlError(error)?.code ?? '')) return 'refused';
    throw error;
  }
}

/** Plans anew; when that does not help, finds the group that the database refuses by halving. */
async function importInParts(
  groups: ImportGroup[],
  run: ImportRun,
  report: ReportCollector,
  attempt: number,
): Promise<void> {
  if (attempt < 3) return importChunk(groups, run, report, attempt + 1);
  const [first] = groups;
  if (groups.length > 1) {
    const middle = Math.ceil(groups.length / 2);
    await importChunk(groups.slice(0, middle), run, report, 2);
    await importChunk(groups.slice(middle), run, report, 2);
  } else if (first) {
    const message = 'Its SKUs, barcodes or slugs clash with those of other products.';
    report.note([{ row: first.variants[0]?.row ?? 1, column: 'Handle', code: 'conflict', message }]);
  }
}

function count(report: ReportCollector, plan: Plan, stale: ReadonlySet<string>): void {
  const isDone = ({ handle }: { handle: string }) => !stale.has(handle);
  const done = plan.products.filter(isDone);
  const created = done.filter(({ expected_version }) => expected_version === null).length;
  report.counts.created += created;
  report.counts.updated += done.length - created;
  report.counts.skipped += plan.skipped.filter(isDone).length;
  report.note(plan.errors.filter(isDone).map(({ error }) => error));
}
