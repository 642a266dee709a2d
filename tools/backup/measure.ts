import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';

import type { Content } from '#tools/backup/manifest.ts';

const lineEnd = 0x0a;

/** Passes lines of text on, and counts and hashes them meanwhile. One line is one row. */
export function measure(): { through: Transform; content: () => Content } {
  const hash = createHash('sha256');
  let rows = 0;
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      for (let at = chunk.indexOf(lineEnd); at !== -1; at = chunk.indexOf(lineEnd, at + 1)) rows++;
      done(null, chunk);
    },
  });
  return { through, content: () => ({ rows, sha256: hash.digest('hex') }) };
}

/** What of the second is not as the first says, in words. */
export function differences(kept: Record<string, Content>, found: Record<string, Content>): string[] {
  return Object.entries(kept).flatMap(([name, { rows, sha256 }]) => {
    const other = found[name];
    if (other?.rows !== rows) return [`${name}: ${rows} in the backup, ${other?.rows ?? 'none'} in the database`];
    return other.sha256 === sha256 ? [] : [`${name}: ${rows} as in the backup, but not the same`];
  });
}
