import { deserialize, serialize } from 'bson';
import { CommandError } from './errors.ts';
import { EXACT_TYPES, type Fields } from './values.ts';

export const MAX_MESSAGE_BYTES = 48_000_000;
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
/** What a reply may add to the largest document. */
const REPLY_BYTES = 16 * 1024;
const HEADER_BYTES = 16;
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const MORE_TO_COME = 1 << 1;
/** Flag bits that a receiver must understand, checksums among them, which are never negotiated here. */
const UNSUPPORTED_FLAGS = 0xffff & ~MORE_TO_COME;

export interface Request {
  id: number;
  kind: 'message' | 'legacy';
  command: Fields;
  expectsReply: boolean;
}

/** Cuts a byte stream into messages, whole ones with their header; throws on an impossible length. */
export function frameReader(onFrame: (frame: Buffer) => void): (chunk: Buffer) => void {
  let pending: Buffer[] = [];
  let received = 0;
  let expected = 0;
  return (chunk) => {
    pending.push(chunk);
    received += chunk.length;
    while (received >= Math.max(expected, HEADER_BYTES)) {
      if (expected === 0) {
        pending = [Buffer.concat(pending)];
        expected = pending[0]?.readInt32LE(0) ?? 0;
        if (expected < HEADER_BYTES || expected > MAX_MESSAGE_BYTES)
          throw new RangeError(`message of ${expected} bytes`);
      } else {
        const bytes = Buffer.concat(pending);
        const frame = bytes.subarray(0, expected);
        pending = [bytes.subarray(expected)];
        received -= expected;
        expected = 0;
        onFrame(frame);
      }
    }
  };
}

/** Reads an OP_MSG, or the OP_QUERY of a legacy handshake; throws on anything malformed. */
export function parseFrame(frame: Buffer): Request {
  const id = frame.readInt32LE(4);
  const operation = frame.readInt32LE(12);
  if (operation === OP_MSG) return { id, kind: 'message', ...parseMessage(frame) };
  if (operation !== OP_QUERY) throw new RangeError(`operation ${operation} is not supported`);
  const nameEnd = frame.indexOf(0, HEADER_BYTES + 4);
  const namespace = frame.toString('utf8', HEADER_BYTES + 4, nameEnd);
  if (nameEnd < 0 || !namespace.endsWith('.$cmd')) throw new RangeError('OP_QUERY is supported for commands only');
  const command = documentAt(frame, nameEnd + 9).document;
  return { id, kind: 'legacy', command: { ...command, $db: namespace.slice(0, -5) }, expectsReply: true };
}

function parseMessage(frame: Buffer): { command: Fields; expectsReply: boolean } {
  const flags = frame.readUInt32LE(HEADER_BYTES);
  if (flags & UNSUPPORTED_FLAGS) throw new RangeError(`message flags ${flags} are not supported`);
  const sequences: Fields = {};
  let body: Fields | undefined;
  for (let offset = HEADER_BYTES + 4; offset < frame.length;) {
    const section = frame.readUInt8(offset);
    const { document, end, name } =
      section === 0 ? documentAt(frame, offset + 1) : sequenceAt(frame, offset + 1, section);
    if (name !== undefined) sequences[name] = document;
    else if (body === undefined) body = document;
    else throw new RangeError('a message has two bodies');
    offset = end;
  }
  if (body === undefined) throw new RangeError('a message has no body');
  return { command: { ...body, ...sequences }, expectsReply: (flags & MORE_TO_COME) === 0 };
}

function documentAt(frame: Buffer, offset: number): { document: Fields; end: number; name?: undefined } {
  const end = endOf(frame, offset);
  return { document: deserialize(frame.subarray(offset, end), EXACT_TYPES), end };
}

function sequenceAt(frame: Buffer, offset: number, section: number): { document: Fields[]; end: number; name: string } {
  if (section !== 1) throw new RangeError(`section ${section} is not supported`);
  const end = endOf(frame, offset);
  const nameEnd = frame.indexOf(0, offset + 4);
  if (nameEnd < 0 || nameEnd >= end) throw new RangeError('a document sequence has no name');
  const sequence: Fields[] = [];
  for (let at = nameEnd + 1; at < end;) {
    const next = documentAt(frame.subarray(0, end), at);
    sequence.push(next.document);
    at = next.end;
  }
  return { document: sequence, end, name: frame.toString('utf8', offset + 4, nameEnd) };
}

function endOf(frame: Buffer, offset: number): number {
  const size = frame.readInt32LE(offset);
  if (size < 5 || offset + size > frame.length) throw new RangeError('a section reaches beyond its message');
  return offset + size;
}

/** A document's bytes; one above the limit is refused, as bson's own buffer would. */
export function serialized(document: Fields, limit: number, complaint: string): Uint8Array {
  try {
    const bytes = serialize(document);
    if (bytes.length <= limit) return bytes;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new CommandError('BSONObjectTooLarge', complaint);
}

/** The reply to a request; one too large for the protocol is refused. */
export function encodeReply(request: Request, reply: Fields): Buffer {
  const body = serialized(reply, MAX_DOCUMENT_BYTES + REPLY_BYTES, 'the reply is too large: use a limit');
  // OP_REPLY: flags, cursor id (8 bytes), starting from, number returned. OP_MSG: flags, section kind.
  const prefix = Buffer.alloc(HEADER_BYTES + (request.kind === 'legacy' ? 20 : 5));
  const length = prefix.length + body.length;
  prefix.writeInt32LE(length, 0);
  prefix.writeInt32LE(request.id, 8);
  prefix.writeInt32LE(request.kind === 'legacy' ? OP_REPLY : OP_MSG, 12);
  if (request.kind === 'legacy') prefix.writeInt32LE(1, 32);
  return Buffer.concat([prefix, body]);
}
