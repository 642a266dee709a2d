import type { Database } from '#shared/db/postgres.ts';

import { catalogueWriter } from '../../domain/export/catalogue.ts';
import { readExportPage } from '../../store/export.ts';

/** The catalogue as a product CSV, in parts: never more of it is in memory than a page. */
export async function* catalogueCsv(db: Database): AsyncGenerator<string, void, void> {
  const writer = catalogueWriter();
  let page = await readExportPage(db, null);
  while (page.next) {
    yield writer.write(page.products);
    page = await readExportPage(db, page.next);
  }
  yield writer.end();
}
