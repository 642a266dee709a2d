import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll } from 'vitest';

import { describeMongoContract } from './contract.ts';
import { startMongoServer } from './server.ts';

/** Set by run-contract.ts. */
const { MONGO_CONTRACT_URI: given, MONGO_CONTRACT_SERVER: server } = process.env;

if (given === undefined) describeMongoContract(embeddedServer());
else describeMongoContract({ connection: () => given, server });

function embeddedServer() {
  let folder: string;
  let embedded: Awaited<ReturnType<typeof startMongoServer>>;
  const start = async (port: number) => {
    embedded = await startMongoServer({ file: join(folder, 'data.sqlite'), port, durable: false });
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mongo-contract-'));
    await start(0);
  });
  afterAll(async () => {
    await embedded.close();
    await rm(folder, { recursive: true });
  });
  const restart = { stop: () => embedded.close(), start: () => start(embedded.port) };
  return { connection: () => embedded.uri, restart };
}
