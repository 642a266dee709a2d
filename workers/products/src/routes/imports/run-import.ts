import { sqlError } from '#shared/db/errors.ts';
import type { Database } from '#shared/db/postgres.ts';
import type { OutboxEvent } from '#shared/events/events.ts';
import { unavailable } from '#shared/http/problem.ts';

import type { RowError } from '../../domain/import/cells.ts';
import type { ImportGroup } from '../../domain/import/groups.ts';
import { type Plan, planImport } from '../../domain/import/plan.ts';
import { readKnown } from '../../store/import-reads.ts';
import { type Written, writeImport } from '../../store/import-writes.ts';

interface ImportRun {
  db: Database;
  dryRun: boolean;
  updateStock: boolean;
  /** Called with the events of what has been committed. */
  onWritten: (events: OutboxEvent[]) => void;
}

interface Report {
  created: number;
  updated: number;
  skipped: number;
  errors: RowError[];
}

/** What one write carries at most, roughly: some hundred products. */
const chunkCharacters = 500_000;
const charactersOfProduct = 1_000;
const maxAttempts = 5;

/** Brings the catalogue to what the groups say, a chunk at a time; each group is written wholly or not at all. */
export async function runImport(groups: ImportGroup[], run: ImportRun): Promise<Report> {
  const report: Report = { created: 0, updated: 0, skipped: 0, errors: [] };
  for (const chunk of chunksOf(groups)) await importChunk(chunk, run, report, 1);
  return report;
}

/** Reads, plans and writes. What someone else changed in between is read and planned again. */
async function importChunk(groups: ImportGroup[], run: ImportRun, report: Report, attempt: number): Promise<void> {
  const plan = planImport(groups, await readKnown(run.db, groups), run.updateStock);
  const written = run.dryRun || plan.products.length === 0 ? nothing : await write(run.db, plan);
  if (written === 'refused') return importInParts(groups, run, report, attempt);
  if (written.events.length > 0) run.onWritten(written.events);
  count(report, plan, written.stale);
  const again = groups.filter(({ handle }) => written.stale.has(handle));
  if (again.length === 0) return;
  if (attempt === maxAttempts) throw unavailable('Others keep changing these products. Send the file again.');
  await importChunk(again, run, report, attempt + 1);
}

const nothing: Written = { events: [], stale: new Set() };

async function write(db: Database, plan: Plan): Promise<Written | 'refused'> {
  try {
    return await writeImport(db, plan);
  } catch (error) {
    // A constraint (class 23) or a deadlock: the catalogue is no longer what the plan was made for.
    if (/^(23|40)/.test(sqlError(error)?.code ?? '')) return 'refused';
    throw error;
  }
}

/** Plans anew; when that does not help, finds the group that the database refuses by halving. */
async function importInParts(groups: ImportGroup[], run: ImportRun, report: Report, attempt: number): Promise<void> {
  if (attempt < 3) return importChunk(groups, run, report, attempt + 1);
  const [first] = groups;
  if (groups.length > 1) {
    const middle = Math.ceil(groups.length / 2);
    await importChunk(groups.slice(0, middle), run, report, 2);
    await importChunk(groups.slice(middle), run, report, 2);
  } else if (first) {
    const message = 'Its SKUs, barcodes or slugs clash with those of other products.';
    report.errors.push({ row: first.variants[0]?.row ?? 1, column: 'Handle', code: 'conflict', message });
  }
}

function count(report: Report, plan: Plan, stale: ReadonlySet<string>): void {
  const isDone = ({ handle }: { handle: string }) => !stale.has(handle);
  const done = plan.products.filter(isDone);
  const created = done.filter(({ expected_version }) => expected_version === null).length;
  report.created += created;
  report.updated += done.length - created;
  report.skipped += plan.skipped.filter(isDone).length;
  report.errors.push(...plan.errors.filter(isDone).map(({ error }) => error));
}

function chunksOf(groups: ImportGroup[]): ImportGroup[][] {
  const chunks: ImportGroup[][] = [];
  let room = 0;
  for (const group of groups) {
    const size = group.variants.length * (charactersOfProduct + (group.fields.description?.length ?? 0));
    if (size > room) {
      chunks.push([]);
      room = chunkCharacters;
    }
    chunks.at(-1)?.push(group);
    room -= size;
  }
  return chunks;
}
