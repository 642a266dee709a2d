import type { ImportFile } from './groups.ts';

/** What one write carries at most, roughly: some hundred products. */
const chunkBytes = 500_000;
const bytesOfRow = 1_000;

/** The handles of a file in parts that are read, planned and written at once. The rows of a handle stay together. */
export function* chunksOf({ file, records }: ImportFile): Generator<string[]> {
  let chunk: string[] = [];
  let room = chunkBytes;
  for (const [handle, numbers] of records) {
    const size = numbers.reduce((sum, n) => sum + bytesOfRow + (file.ends[n] ?? 0) - (file.begins[n] ?? 0), 0);
    if (size > room && chunk.length > 0) {
      yield chunk;
      chunk = [];
      room = chunkBytes;
    }
    chunk.push(handle);
    room -= size;
  }
  if (chunk.length > 0) yield chunk;
}
