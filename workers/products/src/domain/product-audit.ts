import { sha256 } from '#shared/auth/secrets.ts';

type Fields = Record<string, unknown>;

const longest = 500;

/**
 * Fields as the audit log keeps them: of a long text its beginning, and a mark by which two of them are told apart. An
 * event has to fit into a message of a queue (128 kB), and a description alone can be larger.
 */
export function auditFields(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, shortened(value)]));
}

function shortened(value: unknown): unknown {
  if (typeof value !== 'string' || value.length <= longest) return value;
  const beginning = value.slice(0, longest).toWellFormed();
  return `${beginning}… (${value.length} characters, sha256 ${sha256(value).slice(0, 16)})`;
}
