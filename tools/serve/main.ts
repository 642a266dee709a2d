/** Serves the shop on the listening socket that is our descriptor 3; started by tools/serve.ts. */
import { log, messageOf } from './log.ts';
import { readOptions } from './options.ts';
import { type Shop, startShop } from './shop.ts';

const listener = 3;

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (!options) return;
  const starting = startShop(options, listener);
  let isEnding = false;
  const end = () => {
    if (isEnding) return;
    isEnding = true;
    log('info', 'stopping');
    starting
      .then((shop) => shop.stop())
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  };
  process.on('SIGTERM', end);
  // Whoever started us holds the other end; it closes when they end, however they do.
  process.stdin.resume().once('close', end);
  const shop = await starting;
  let reloads = Promise.resolve();
  process.on('SIGUSR2', () => {
    reloads = reloads.then(() => reload(shop));
  });
  log('info', 'serving', { url: shop.url, environment: options.environment });
}

async function reload(shop: Shop): Promise<void> {
  log('info', 'taking the new build');
  try {
    await shop.reload();
  } catch (error) {
    log('error', 'the new build was not taken', { reason: messageOf(error) });
  }
}

main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exit(1);
});
