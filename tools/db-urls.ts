/** Prints the connection strings of the shop that `npm start` runs, as JSON. */
import { runningShopUrls } from '#tools/seed/running-shop.ts';

const urls = await runningShopUrls();
if (urls) {
  console.log(JSON.stringify(urls, null, 2));
} else {
  console.error('No shop is running here. Start one with: npm start');
  process.exitCode = 1;
}
