import { DurableObject } from 'cloudflare:workers';

/** A message that its consumer gave up, as the Queues API shows it. */
export interface Letter {
  id: string;
  timestamp_ms: number;
  attempts: number;
  body: string;
  lease_id?: string;
}

const schema = `
  CREATE TABLE IF NOT EXISTS letters (
    id TEXT NOT NULL,
    queue TEXT NOT NULL,
    body TEXT NOT NULL,
    timestamp_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    lease_id TEXT,
    leased_until INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (queue, id)
  ) WITHOUT ROWID`;

/** Keeps the dead letters of all queues until somebody takes them out. There is a single object, `letters`. */
export class DeadLetters extends DurableObject<unknown> {
  readonly #sql: SqlStorage;

  constructor(state: DurableObjectState, env: unknown) {
    super(state, env);
    this.#sql = state.storage.sql;
    this.#sql.exec(schema);
  }

  /** Bears being told twice of the same ones. */
  keep(queue: string, letters: Letter[]): void {
    for (const { id, body, timestamp_ms, attempts } of letters) {
      this.#sql.exec(
        'INSERT OR IGNORE INTO letters (id, queue, body, timestamp_ms, attempts) VALUES (?, ?, ?, ?, ?)',
        ...[id, queue, body, timestamp_ms, attempts],
      );
    }
  }

  /** The oldest ones. */
  peek(queue: string, most: number): Letter[] {
    const select =
      'SELECT id, timestamp_ms, attempts, body FROM letters WHERE queue = ? ORDER BY timestamp_ms, id LIMIT ?';
    return this.#sql.exec<Row>(select, queue, most).toArray();
  }

  /** The oldest that nobody has: for so long, they are for the caller alone. */
  pull(queue: string, most: number, milliseconds: number): Letter[] {
    const now = Date.now();
    const update = `
      UPDATE letters SET lease_id = lower(hex(randomblob(16))), leased_until = ?
      WHERE queue = ? AND id IN (
        SELECT id FROM letters WHERE queue = ? AND leased_until <= ? ORDER BY timestamp_ms, id LIMIT ?)
      RETURNING id, timestamp_ms, attempts, body, lease_id`;
    return this.#sql.exec<LeasedRow>(update, now + milliseconds, queue, queue, now, most).toArray();
  }

  /** `acks` are gone for good, `retries` can be pulled again. */
  settle(queue: string, acks: string[], retries: string[]): void {
    for (const lease of acks) this.#sql.exec('DELETE FROM letters WHERE queue = ? AND lease_id = ?', queue, lease);
    for (const lease of retries) {
      this.#sql.exec('UPDATE letters SET leased_until = 0 WHERE queue = ? AND lease_id = ?', queue, lease);
    }
  }
}

type Row = Record<'id' | 'body', string> & Record<'timestamp_ms' | 'attempts', number>;
type LeasedRow = Row & { lease_id: string };
