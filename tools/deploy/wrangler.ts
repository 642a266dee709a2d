import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { z } from 'zod';

const ownWrangler = join('node_modules', 'wrangler', 'bin', 'wrangler.js');

export interface Output {
  isOk: boolean;
  stdout: string;
  /** Both streams, as a person would see them. */
  text: string;
}

/** What wrangler says of a deployment, to the file that WRANGLER_OUTPUT_FILE_PATH names. */
const Deployment = z.object({
  type: z.literal('deploy'),
  version_id: z.string().nullish(),
  targets: z.array(z.string()).nullish(),
});

/**
 * Runs wrangler, or what WRANGLER names instead. `input` goes to its standard input: secrets never
 * appear among its arguments.
 */
export function wrangler(
  args: string[],
  options: { input?: string; env?: Record<string, string> } = {},
): Promise<Output> {
  const other = process.env['WRANGLER'];
  const [command, first] = other ? [other, []] : [process.execPath, [ownWrangler]];
  const child = spawn(command, [...first, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Nobody is asked anything, and tables are plain.
    env: {
      ...process.env,
      CI: 'true',
      NO_COLOR: '1',
      FORCE_COLOR: '0',
      WRANGLER_SEND_METRICS: 'false',
      ...options.env,
    },
  });
  let stdout = '';
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    text += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  child.stdin.on('error', () => {}).end(options.input ?? '');
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) => done({ isOk: code === 0, stdout, text }));
  });
}

/** The same, and throws what wrangler says when it fails. */
export async function wranglerOk(args: string[], options: Parameters<typeof wrangler>[1] = {}): Promise<Output> {
  const output = await wrangler(args, options);
  if (!output.isOk) throw new Error(`wrangler ${args.join(' ')} failed:\n${output.text.trim()}`);
  return output;
}

/** Deploys, and answers the new version and the addresses at which the worker can be reached. */
export async function deploy(args: string[]): Promise<{ version: string | null; urls: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-'));
  const file = join(folder, 'output.ndjson');
  try {
    await wranglerOk(['deploy', ...args], { env: { WRANGLER_OUTPUT_FILE_PATH: file } });
    const entries = readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [Deployment.safeParse(JSON.parse(line)).data]));
    const entry = entries.find((found) => found !== undefined);
    return {
      version: entry?.version_id ?? null,
      urls: (entry?.targets ?? []).filter((url) => url.startsWith('https:')),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether Cloudflare said that there is no such worker. */
export function isUnknownWorker({ text }: Output): boolean {
  return text.includes('[code: 10007]');
}
