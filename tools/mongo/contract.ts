import { describe } from 'vitest';

import { describeChanges } from './contract/changes.ts';
import { describeConnection, type Restart } from './contract/connection.ts';
import { describeDocuments } from './contract/documents.ts';
import { describeIndexes } from './contract/indexes.ts';
import { describeMigration } from './contract/migration.ts';
import { describeRaces } from './contract/races.ts';
import { connectSubject } from './contract/subject.ts';
import { describeValidators } from './contract/validators.ts';

/**
 * What the cart expects of a server that speaks MongoDB's protocol.
 *
 * @param options.connection asked for the server's URI when the cases run
 * @param options.server the name under which contract/differences.ts knows the server
 * @param options.restart how the server is stopped and started again, where this can be done
 */
export function describeMongoContract(options: {
  connection: () => string;
  server?: string | undefined;
  restart?: Restart | undefined;
}): void {
  describe('MongoDB contract', () => {
    const subject = connectSubject(options.connection, options.server);
    describeDocuments(subject);
    describeChanges(subject);
    describeRaces(subject);
    describeIndexes(subject);
    describeValidators(subject);
    describeMigration(subject);
    describeConnection(subject, options.restart);
  });
}
