/** `npm run db:status`: which migrations each database has and lacks. Changes nothing; ends with 1 if any lacks some. */
import { mongoStatusOf } from '#tools/migrate-mongo.ts';
import { serviceNames, statusOf, variableName } from '#tools/migrate.ts';

interface Status {
  /** As the variables say it; undefined where it is not given. */
  name: string;
  text: string;
  isUpToDate: boolean;
}

async function statuses(): Promise<Status[]> {
  const found: Status[] = [];
  for (const service of serviceNames) {
    const url = process.env[variableName(service)];
    if (!url) continue;
    const { applied, pending } = await statusOf(url, service);
    found.push({ ...describe(service, pending), text: `${applied} applied, ${listed(pending)}` });
  }
  const mongo = process.env['MONGODB_URI'];
  if (mongo) found.push(describe('cart', await mongoStatusOf(mongo)));
  return found;
}

function describe(name: string, pending: string[]): Status {
  return { name, text: listed(pending), isUpToDate: pending.length === 0 };
}

function listed(pending: string[]): string {
  return pending.length === 0 ? 'nothing pending' : `pending: ${pending.join('; ')}`;
}

async function main(): Promise<number> {
  const found = await statuses();
  if (found.length === 0) {
    console.error(`No database given. Set ${serviceNames.map(variableName).join(', ')} or MONGODB_URI.`);
    return 2;
  }
  for (const { name, text } of found) console.log(`${name.padEnd(9)} ${text}`);
  return found.every(({ isUpToDate }) => isUpToDate) ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 2;
  },
);
