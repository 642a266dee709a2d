import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A child process whose life is bound to ours by its standard input. */
export interface Child {
  process: ChildProcess;
  exited: Promise<number | null>;
  stop(): Promise<void>;
}

/** `onLine` gets every line that the child prints, on either stream. */
export function startChild(
  args: string[],
  options: { cwd: string; env?: Record<string, string>; onLine: (line: string) => void },
): Child {
  const child = spawn(process.execPath, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  for (const stream of [child.stdout, child.stderr]) eachLine(stream, options.onLine);
  child.stdin.on('error', () => {});
  const exited = once(child, 'exit').then(() => child.exitCode);
  const stop = async () => {
    child.stdin.end();
    child.kill('SIGTERM');
    await exited;
  };
  return { process: child, exited, stop };
}

function eachLine(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}
