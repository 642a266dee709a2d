import { migrateMongo, mongoStatusOf } from '#tools/migrate-mongo.ts';
import { migrateDatabase, serviceNames, statusOf, variableName } from '#tools/migrate.ts';

interface Database {
  name: string;
  pending: () => Promise<string[]>;
  migrate: () => Promise<unknown>;
}

/** Those that the environment names. */
function databases(): Database[] {
  const postgres = serviceNames.flatMap((service): Database[] => {
    const url = process.env[variableName(service)];
    if (!url) return [];
    return [
      {
        name: service,
        pending: async () => (await statusOf(url, service)).pending,
        migrate: () => migrateDatabase(url, service),
      },
    ];
  });
  const uri = process.env['MONGODB_URI'];
  if (!uri) return postgres;
  return [...postgres, { name: 'cart', pending: () => mongoStatusOf(uri), migrate: () => migrateMongo(uri) }];
}

/** What a deployment would change in each database: a line each. */
export async function pendingMigrations(): Promise<string[]> {
  const lines: string[] = [];
  for (const { name, pending } of databases()) {
    const found = await pending();
    lines.push(`${name}: ${found.length === 0 ? 'up to date' : found.join(', ')}`);
  }
  return lines;
}

/** One after the other. Throws at the first that fails, and says what was done until then. */
export async function migrateAll(say: (line: string) => void): Promise<void> {
  for (const { name, migrate } of databases()) {
    try {
      await migrate();
      say(`${name}: up to date`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${name}: not migrated: ${reason}`, { cause: error });
    }
  }
}
