import { DurableObject } from 'cloudflare:workers';

import type { CapturedEmail } from '#shared/contracts/notifications.ts';

import type { Email } from '../domain/email.ts';
import type { Bindings } from '../env.ts';

const capacity = 1_000;

interface EmailRow extends Record<string, SqlStorageValue> {
  recipient: string;
  subject: string;
  text: string;
  html: string;
  created_at: string;
}

/** The newest emails that were captured instead of sent. One instance. */
export class Mailbox extends DurableObject<Bindings> {
  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env);
    ctx.storage.sql.exec(`
      CREATE TABLE IF NOT EXISTS emails (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        recipient TEXT NOT NULL,
        recipient_key TEXT NOT NULL,
        subject TEXT NOT NULL,
        text TEXT NOT NULL,
        html TEXT NOT NULL,
        created_at TEXT NOT NULL
      );
      CREATE INDEX IF NOT EXISTS emails_recipient ON emails (recipient_key, id);
      CREATE TABLE IF NOT EXISTS attempts (event_id TEXT PRIMARY KEY, attempts INTEGER NOT NULL)`);
  }

  capture({ to, subject, text, html }: Email): void {
    const { sql } = this.ctx.storage;
    sql.exec(
      `INSERT INTO emails (recipient, recipient_key, subject, text, html, created_at) VALUES (?, ?, ?, ?, ?, ?)`,
      ...[to, keyOf(to), subject, text, html, new Date().toISOString()],
    );
    sql.exec('DELETE FROM emails WHERE id <= (SELECT max(id) FROM emails) - ?', capacity);
  }

  /** Newest first; all, or those to one address. */
  list(to: string | null): CapturedEmail[] {
    const rows = this.ctx.storage.sql.exec<EmailRow>(
      `SELECT recipient, subject, text, html, created_at FROM emails
        WHERE ?1 IS NULL OR recipient_key = ?1 ORDER BY id DESC`,
      to === null ? null : keyOf(to),
    );
    return rows.toArray().map(({ recipient, ...email }) => ({ to: recipient, ...email }));
  }

  /** Counts the attempts to send the mail of an event, this one included. */
  countAttempt(eventId: string): number {
    const { attempts } = this.ctx.storage.sql
      .exec<{ attempts: number }>(
        `INSERT INTO attempts (event_id, attempts) VALUES (?, 1)
         ON CONFLICT (event_id) DO UPDATE SET attempts = attempts + 1 RETURNING attempts`,
        eventId,
      )
      .one();
    return attempts;
  }
}

function keyOf(address: string): string {
  return address.toLowerCase();
}
