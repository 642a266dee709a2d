import type { IncomingHttpHeaders } from 'node:http';
import type { ClientBase, CustomTypesConfig, FieldDef, QueryArrayConfig } from 'pg';
import { z } from 'zod';
import { DatabaseUnavailable, isStatementError } from './neon-pools.ts';
import type { ConnectionPools, Login } from './neon-pools.ts';
import { type StatementNames, withNames } from './neon-statements.ts';

/** The request is not one of Neon's. */
class MalformedRequest extends Error {
  override name = 'MalformedRequest';
}

export interface SqlAnswer {
  status: 200 | 400 | 503;
  body: unknown;
}

type Row = (string | null)[];

type Names = Pick<StatementNames, 'nameOf'>;

interface StatementResult {
  command: string;
  rowCount: number | null;
  rows: Row[] | Record<string, string | null>[];
  fields: FieldDef[];
  rowAsArray: boolean;
}

const statement = z.object({ query: z.string(), params: z.array(z.unknown()).default([]) });
const requestBody = z.union([z.object({ queries: z.array(statement) }), statement]);
type Statement = z.infer<typeof statement>;

/** What `NeonDbError` copies out of an answer with status 400. */
const ERROR_FIELDS = [
  'severity',
  'code',
  'detail',
  'hint',
  'position',
  'internalPosition',
  'internalQuery',
  'where',
  'schema',
  'table',
  'column',
  'dataType',
  'constraint',
  'file',
  'line',
  'routine',
] as const;

/**
 * Answers `POST /sql` of Neon's HTTP protocol: one statement, or several in one transaction. 400 is what Postgres
 * said about a statement; 503 is a database that could not be reached or broke off, and then the outcome is unknown.
 */
export async function answerSql(
  pools: ConnectionPools,
  headers: IncomingHttpHeaders,
  rawBody: string,
): Promise<SqlAnswer> {
  try {
    const login = readLogin(headers['neon-connection-string'], pools.others);
    const body = readBody(rawBody);
    const asArray = readFlag(headers['neon-array-mode']);
    if (!readFlag(headers['neon-raw-text-output'])) {
      throw new MalformedRequest('This local endpoint only answers text: send "Neon-Raw-Text-Output: true"');
    }
    // Other servers may be behind a pooler, to which a name on one connection says nothing on the next.
    const named = <Result>(work: (client: ClientBase, names: Names) => Promise<Result>) =>
      pools.withConnection(login, (client) =>
        withNames(login.server ? undefined : pools.names, (names) => work(client, names)),
      );
    if (!('queries' in body)) {
      return { status: 200, body: await named((client, names) => execute(client, body, asArray, names)) };
    }
    const begin = readTransactionStart(headers);
    const results = await named((client, names) => executeBatch(client, begin, body.queries, { asArray, names }));
    return { status: 200, body: { results } };
  } catch (error) {
    return answerError(error);
  }
}

async function executeBatch(
  client: ClientBase,
  begin: string,
  statements: readonly Statement[],
  { asArray, names }: { asArray: boolean; names: Names },
): Promise<StatementResult[]> {
  await client.query(begin);
  try {
    const results: StatementResult[] = [];
    for (const each of statements) {
      results.push(await execute(client, each, asArray, names));
    }
    await client.query('COMMIT');
    return results;
  } catch (error) {
    // When this fails too, the connection is gone and the server has rolled back by itself.
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

interface ExtendedQuery extends QueryArrayConfig<unknown[]> {
  /** The extended protocol refuses two statements in one text. */
  queryMode: 'extended';
}

const rawText: CustomTypesConfig = { getTypeParser: () => (value: unknown) => value };

async function execute(
  client: ClientBase,
  { query, params }: Statement,
  asArray: boolean,
  names: Names,
): Promise<StatementResult> {
  const name = names.nameOf(query);
  const config: ExtendedQuery = {
    ...(name !== undefined && { name }),
    text: query,
    values: params,
    types: rawText,
    rowMode: 'array',
    queryMode: 'extended',
  };
  const { command, rowCount, rows, fields } = await client.query<Row>(config);
  return {
    command,
    rowCount,
    fields,
    rowAsArray: asArray,
    rows: asArray ? rows : rows.map((row) => withColumnNames(row, fields)),
  };
}

function withColumnNames(row: Row, fields: readonly FieldDef[]): Record<string, string | null> {
  return Object.fromEntries(fields.map((field, index) => [field.name, row[index] ?? null]));
}

function readLogin(header: string | string[] | undefined, others: readonly string[]): Login {
  const url = typeof header === 'string' && URL.canParse(header) ? new URL(header) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol) || url.username === '' || url.pathname.length < 2) {
    throw new MalformedRequest('Neon-Connection-String must be like postgresql://user:password@host/database');
  }
  const port = Number(url.port || 5432);
  const server = others.includes(`${url.hostname}:${port}`) ? { host: url.hostname, port } : undefined;
  return {
    server,
    ssl: server !== undefined && ['require', 'verify-full'].includes(url.searchParams.get('sslmode') ?? ''),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    application_name: url.searchParams.get('application_name') ?? undefined,
    options: url.searchParams.get('options') ?? undefined,
  };
}

function readBody(rawBody: string): z.infer<typeof requestBody> {
  let json: unknown;
  try {
    json = JSON.parse(rawBody);
  } catch {
    throw new MalformedRequest('The body is not JSON');
  }
  const parsed = requestBody.safeParse(json);
  if (!parsed.success) {
    throw new MalformedRequest('The body must be {"query", "params"} or {"queries": [{"query", "params"}]}');
  }
  return parsed.data;
}

function readFlag(header: string | string[] | undefined): boolean {
  return header === 'true';
}

const ISOLATION_LEVELS = new Map<unknown, string>([
  [undefined, ''],
  ['ReadUncommitted', ' ISOLATION LEVEL READ UNCOMMITTED'],
  ['ReadCommitted', ' ISOLATION LEVEL READ COMMITTED'],
  ['RepeatableRead', ' ISOLATION LEVEL REPEATABLE READ'],
  ['Serializable', ' ISOLATION LEVEL SERIALIZABLE'],
]);

function readTransactionStart(headers: IncomingHttpHeaders): string {
  const isolation = ISOLATION_LEVELS.get(headers['neon-batch-isolation-level']);
  if (isolation === undefined) {
    throw new MalformedRequest('Neon-Batch-Isolation-Level is not one of Neon’s');
  }
  const readOnly = readFlag(headers['neon-batch-read-only']) ? ' READ ONLY' : '';
  const deferrable = readFlag(headers['neon-batch-deferrable']) ? ' DEFERRABLE' : '';
  return `BEGIN${isolation}${readOnly}${deferrable}`;
}

function answerError(error: unknown): SqlAnswer {
  if (error instanceof MalformedRequest) {
    return { status: 400, body: { message: error.message } };
  }
  if (isStatementError(error)) {
    return {
      status: 400,
      body: { message: error.message, ...Object.fromEntries(ERROR_FIELDS.map((field) => [field, error[field]])) },
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  const unavailable =
    error instanceof DatabaseUnavailable ? message : `The connection to the database broke: ${message}`;
  return { status: 503, body: { message: unavailable } };
}
