/** A line of our own among those of the workers: JSON on standard output. */
export function log(level: 'info' | 'warn' | 'error', message: string, fields: Record<string, unknown> = {}): void {
  process.stdout.write(`${JSON.stringify({ level, message, service: 'serve', ...fields })}\n`);
}

/** What workerd prints: lines of the workers as they are, its own as one of ours. */
export function passOn(line: string): void {
  if (line.startsWith('{')) process.stdout.write(`${line}\n`);
  else if (line.trim() !== '') log('error', 'workerd', { said: line });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
