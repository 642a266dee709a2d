import { parseArgs } from 'node:util';
import { startMongoServer } from './server.ts';

const USAGE = 'usage: node tools/mongo/main.ts --file FILE --port PORT [--not-durable]   (ends when its stdin closes)';

function readOptions(): { file: string; port: number; durable: boolean } {
  const { values } = parseArgs({
    options: {
      file: { type: 'string' },
      port: { type: 'string' },
      'not-durable': { type: 'boolean', default: false },
    },
  });
  const port = Number(values.port);
  if (values.file === undefined || !Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(USAGE);
  return { file: values.file, port, durable: !values['not-durable'] };
}

function explained(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isTaken = 'code' in error && error.code === 'EADDRINUSE';
  return isTaken ? `the port is in use by another process (${error.message})` : error.message;
}

/** Serves until SIGTERM, SIGINT, or the end of stdin: a parent that is killed closes it, and so takes this along. */
async function main(): Promise<void> {
  const server = await startMongoServer(readOptions());
  const stop = () => {
    server.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.stdin.on('end', stop).on('close', stop).on('error', stop).resume();
  process.stdout.write(`${JSON.stringify({ ready: true, uri: server.uri, port: server.port, pid: process.pid })}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`mongo: ${explained(error)}\n`);
  process.exitCode = 1;
}
