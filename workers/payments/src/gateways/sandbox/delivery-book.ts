import { type Delivery, pauseAfter } from './delivery.ts';

interface DeliveryRow extends Record<string, SqlStorageValue> {
  event_id: string;
  body: string;
  attempts: number;
  next_attempt_at: number;
  expires_at: number;
}

const dayMilliseconds = 24 * 60 * 60_000;
const atOnce = 20;

export function createDeliveryBook(sql: SqlStorage): void {
  sql.exec(`CREATE TABLE IF NOT EXISTS deliveries (
    event_id TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  )`);
  sql.exec('CREATE INDEX IF NOT EXISTS deliveries_next_attempt_at ON deliveries (next_attempt_at)');
}

/** Has a message sent at a time (milliseconds), and again for a day until somebody takes it. */
export function bookDelivery(sql: SqlStorage, { event_id, body }: Delivery, at: number): void {
  sql.exec(
    'INSERT INTO deliveries (event_id, body, next_attempt_at, expires_at) VALUES (?, ?, ?, ?)',
    ...[event_id, body, at, at + dayMilliseconds],
  );
}

/** The messages to send now. Each is put off at once, so that one whose sender dies is sent again. */
export function takeDueDeliveries(sql: SqlStorage, now: number): Delivery[] {
  sql.exec('DELETE FROM deliveries WHERE expires_at <= ?', now);
  const due = sql
    .exec<DeliveryRow>(
      'SELECT * FROM deliveries WHERE next_attempt_at <= ? ORDER BY next_attempt_at LIMIT ?',
      now,
      atOnce,
    )
    .toArray();
  for (const { event_id, attempts } of due) {
    sql.exec(
      'UPDATE deliveries SET attempts = attempts + 1, next_attempt_at = ? WHERE event_id = ?',
      ...[now + pauseAfter(attempts + 1), event_id],
    );
  }
  return due.map(({ event_id, body }) => ({ event_id, body }));
}

export function endDelivery(sql: SqlStorage, eventId: string): void {
  sql.exec('DELETE FROM deliveries WHERE event_id = ?', eventId);
}

/** When the next message is due, in milliseconds; null if there is none. */
export function nextDeliveryAt(sql: SqlStorage): number | null {
  return sql.exec<{ at: number | null }>('SELECT min(next_attempt_at) AS at FROM deliveries').one().at;
}
