import { refuseOthers, textIn } from './arguments.ts';
import { CATALOG_COMMANDS } from './catalog.ts';
import { CommandError } from './errors.ts';
import { READ_COMMANDS } from './read.ts';
import type { Storage } from './storage.ts';
import type { Fields } from './values.ts';
import { MAX_DOCUMENT_BYTES, MAX_MESSAGE_BYTES, type Request } from './wire.ts';
import { WRITE_COMMANDS } from './write.ts';

export interface CommandContext {
  command: Fields;
  db: string;
  storage: Storage;
}

export interface Command {
  /** What may come beside the command's own name and the fields every command may have. */
  fields: readonly string[];
  run: (context: CommandContext) => Fields;
}

/** They change nothing here: every write is durable, every read sees the last write, there are no sessions. */
const COMMON_FIELDS =
  '$db $readPreference $clusterTime lsid comment maxTimeMS writeConcern readConcern apiVersion apiStrict apiDeprecationErrors';

const SERVER_VERSION = '7.0.0';
const handshake: Command = {
  fields: [
    'helloOk',
    'client',
    'compression',
    'backpressure',
    'topologyVersion',
    'maxAwaitTimeMS',
    'saslSupportedMechs',
  ],
  // A standalone server without logicalSessionTimeoutMinutes: drivers then use neither sessions nor retryable writes.
  run: () => ({
    helloOk: true,
    ismaster: true,
    isWritablePrimary: true,
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    maxMessageSizeBytes: MAX_MESSAGE_BYTES,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    minWireVersion: 0,
    maxWireVersion: 21,
    readOnly: false,
  }),
};

const COMMANDS: Record<string, Command> = {
  hello: handshake,
  isMaster: handshake,
  ismaster: handshake,
  ping: { fields: [], run: () => ({}) },
  buildInfo: { fields: [], run: () => ({ version: SERVER_VERSION, versionArray: [7, 0, 0, 0], bits: 64 }) },
  endSessions: { fields: [], run: () => ({}) },
  // Every result fits into its first batch, so no cursor is ever open.
  killCursors: {
    fields: ['cursors'],
    run: ({ command }) => ({ cursorsKilled: [], cursorsNotFound: command['cursors'] }),
  },
  ...CATALOG_COMMANDS,
  ...READ_COMMANDS,
  ...WRITE_COMMANDS,
};

/** Runs one command as a transaction; refusals and failures come back as the error document that answers it. */
export function execute(storage: Storage, { command, kind }: Request): Fields {
  try {
    const name = Object.keys(command)[0] ?? '';
    const known = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (known === undefined || (kind === 'legacy' && known !== handshake)) {
      throw new CommandError('CommandNotFound', `no such command: '${name}'`);
    }
    refuseOthers(command, [name, ...known.fields, ...COMMON_FIELDS.split(' ')], name);
    const db = textIn(command['$db'], '$db');
    return { ...storage.atomically(() => known.run({ command, db, storage })), ok: 1 };
  } catch (error) {
    return errorReply(error);
  }
}

/** The error document for whatever was thrown. */
export function errorReply(error: unknown): Fields {
  const refusal = error instanceof CommandError ? error : new CommandError('InternalError', String(error));
  return { ok: 0, errmsg: refusal.message, code: refusal.code, codeName: refusal.codeName, ...refusal.details };
}
