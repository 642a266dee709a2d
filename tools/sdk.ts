/**
 * `npm run sdk`: writes the TypeScript client of openapi.yaml to sdk/typescript. Nothing happens when the one there is of
 * the same document, so that it costs nothing to ask for it before every test.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..');
const client = join(root, 'sdk', 'typescript');
const sources = ['openapi.yaml', 'package-lock.json', join('tools', 'sdk.ts')];

function main(): Promise<void> | void {
  const hash = createHash('sha256');
  for (const source of sources) hash.update(readFileSync(join(root, source)));
  const generatedFrom = hash.digest('hex');
  const note = join(client, '.generated-from');
  if (existsSync(note) && readFileSync(note, 'utf8') === generatedFrom) return;
  return generate(generatedFrom);
}

async function generate(generatedFrom: string): Promise<void> {
  useTypeScript6();
  const { createClient } = await import('@hey-api/openapi-ts');
  const fresh = `${client}.${process.pid}`;
  try {
    await createClient({
      input: join(root, 'openapi.yaml'),
      output: { path: fresh, module: { extension: '.ts' } },
      plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
      logs: { level: 'silent' },
    });
    writeFileSync(join(fresh, '.generated-from'), generatedFrom);
    rmSync(client, { recursive: true, force: true });
    renameSync(fresh, client);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  console.log('sdk/typescript is the client of openapi.yaml');
}

/** The generator writes with the compiler's JavaScript interface, which TypeScript 7 has no more. */
function useTypeScript6(): void {
  const { href } = pathToFileURL(createRequire(import.meta.url).resolve('typescript-6'));
  registerHooks({
    resolve: (specifier, context, next) => next(specifier === 'typescript' ? href : specifier, context),
  });
}

await main();
