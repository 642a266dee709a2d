import type { SavedMethod, SavedMethodReference } from '../payment-gateway.ts';

/** What is to be kept. `saved_for`: the saved method's or the charge's id, which names the keeping once and for all. */
interface Keeping {
  saved_for: string;
  user_id: string;
  method_code: string;
  gateway_customer_id: string | null;
  /** As it will behave when it is charged. */
  token: string;
}

interface MethodRow extends Record<string, SqlStorageValue> {
  gateway_token: string;
  saved_for: string;
  customer_id: string;
  method_code: string;
  behaves_as: string;
  is_forgotten: number;
}

const card = { brand: 'visa', last_four: '4242', expiry_month: 12, expiry_year: 2030 };

export function createMethodBook(sql: SqlStorage): void {
  sql.exec(`CREATE TABLE IF NOT EXISTS methods (
    gateway_token TEXT PRIMARY KEY,
    saved_for TEXT NOT NULL UNIQUE,
    customer_id TEXT NOT NULL,
    method_code TEXT NOT NULL,
    behaves_as TEXT NOT NULL,
    is_forgotten INTEGER NOT NULL DEFAULT 0
  )`);
}

/** Keeps a card or account, once for the id that it is saved for. Null if that one has been forgotten since. */
export function keepMethod(sql: SqlStorage, wanted: Keeping): SavedMethod | null {
  const { saved_for, user_id, method_code, gateway_customer_id, token } = wanted;
  sql.exec(
    `INSERT INTO methods (gateway_token, saved_for, customer_id, method_code, behaves_as) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (saved_for) DO NOTHING`,
    ...[`sandbox_pm_${crypto.randomUUID()}`, saved_for, gateway_customer_id ?? `sandbox_cus_${user_id}`],
    ...[method_code, token],
  );
  return findMethodSavedFor(sql, saved_for);
}

export function findMethodSavedFor(sql: SqlStorage, id: string): SavedMethod | null {
  const [row] = sql.exec<MethodRow>('SELECT * FROM methods WHERE saved_for = ? AND NOT is_forgotten', id).toArray();
  if (!row) return null;
  const isCard = row.method_code === 'CREDIT_CARD' || row.method_code === 'DEBIT_CARD';
  return { gateway_customer_id: row.customer_id, gateway_token: row.gateway_token, card: isCard ? card : null };
}

/** The token as which a method behaves; null for one that is forgotten, another customer's, or nobody's. */
export function tokenBehind(sql: SqlStorage, saved: SavedMethodReference): string | null {
  const [row] = sql
    .exec<MethodRow>(
      'SELECT * FROM methods WHERE gateway_token = ? AND customer_id = ? AND NOT is_forgotten',
      ...[saved.gateway_token, saved.gateway_customer_id],
    )
    .toArray();
  return row?.behaves_as ?? null;
}

export function forgetMethod(sql: SqlStorage, { gateway_token }: SavedMethodReference): void {
  sql.exec('UPDATE methods SET is_forgotten = 1 WHERE gateway_token = ?', gateway_token);
}
