const CARRIAGE_RETURN = 13;
const LINE_FEED = 10;

/**
 * Tells the line that each next record begins on, given where it ends; blank lines before it belong to nobody. The
 * parser's own figure is where a record ends, and wrong after CR LF in quotes.
 */
export function lineCounter(file: Uint8Array): (end: number) => number {
  let offset = 0;
  let line = 1;
  return (end) => {
    let begin = line;
    for (let isBlank = true; offset < end; offset++) {
      const byte = file[offset];
      const endsLine = byte === LINE_FEED || (byte === CARRIAGE_RETURN && file[offset + 1] !== LINE_FEED);
      if (endsLine) line++;
      isBlank &&= endsLine || byte === CARRIAGE_RETURN;
      if (isBlank) begin = line;
    }
    return begin;
  };
}
