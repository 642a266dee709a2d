/**
 * Runs a command that must not outlive its parent: `node attached.ts <command> …`. The parent holds our standard input
 * open; when it closes, however the parent ended, the command and its children are ended too.
 */
import { spawn } from 'node:child_process';

const [command = '', ...rest] = process.argv.slice(2);
const isWindows = process.platform === 'win32';
const child = spawn(command, rest, { stdio: ['ignore', 'inherit', 'inherit'], detached: !isWindows });

function signal(name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(isWindows ? child.pid : -child.pid, name);
  } catch {
    // It has ended already.
  }
}

function end(): void {
  signal('SIGTERM');
  setTimeout(() => signal('SIGKILL'), 3_000).unref();
}

child.once('exit', (code) => {
  signal('SIGKILL');
  process.exit(code ?? 1);
});
process.stdin.resume().once('close', end);
process.once('SIGTERM', end);
process.on('SIGINT', () => {});
