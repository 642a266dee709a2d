import { join } from 'node:path';

import { type Child, startChild } from '#tools/stack/child.ts';

const main = join(import.meta.dirname, '..', 'mongo', 'main.ts');
const restartsAMinute = 5;

/** Runs the embedded MongoDB-protocol server as a process of its own, and starts it again should it be killed. */
export async function startMongo(options: {
  file: string;
  port: number;
  durable: boolean;
  log: (line: string) => void;
}) {
  let stopping = false;
  let restarts: number[] = [];
  let child = await start();

  async function start(): Promise<Child> {
    const started = await launch(options);
    void started.exited.then(async () => {
      if (stopping) return;
      restarts = [...restarts.filter((at) => at > Date.now() - 60_000), Date.now()];
      if (restarts.length > restartsAMinute) return options.log('The MongoDB-protocol server keeps ending; giving up.');
      options.log('The MongoDB-protocol server ended; starting it again.');
      child = await start();
    });
    return started;
  }

  return {
    uri: `mongodb://127.0.0.1:${options.port}/cart`,
    stop: async () => {
      stopping = true;
      await child.stop();
    },
  };
}

/** Resolves when the server is ready, rejects with what it said when it ended instead. */
async function launch({ file, port, durable, log }: Parameters<typeof startMongo>[0]): Promise<Child> {
  const said: string[] = [];
  const args = [main, '--file', file, '--port', String(port), ...(durable ? [] : ['--not-durable'])];
  return new Promise((resolve, reject) => {
    const child = startChild(args, {
      cwd: process.cwd(),
      onLine: (line) => {
        if (line.includes('"ready":true')) return resolve(child);
        said.push(line);
        log(line);
      },
    });
    void child.exited.then(() => reject(new Error(`The MongoDB-protocol server did not start: ${said.join(' ')}`)));
  });
}
