import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { describeMongoContract } from './contract.ts';
import { startMongoServer } from './server.ts';

const PORT = 25_600;
const given = process.env['MONGO_CONTRACT_URI'];
let uri = given ?? '';

if (given === undefined) {
  let folder: string;
  let server: Awaited<ReturnType<typeof startMongoServer>>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mongo-contract-'));
    server = await startMongoServer({ file: join(folder, 'data.sqlite'), port: PORT, durable: false });
    uri = server.uri;
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });
}

describeMongoContract(() => uri);
