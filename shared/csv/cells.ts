/** CSV as RFC 4180 has it, for people who open it in a spreadsheet. */

const lineEnd = '\r\n';

/**
 * Spreadsheets run a cell that begins with one of these as a formula; an apostrophe before it makes it text. A cell that
 * has apostrophes there already gets one more, so that taking one away gives the cell back.
 */
export function guardFormula(cell: string): string {
  return /^'*[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
}

/** A record, with its line end. No cell of it is a formula to a spreadsheet; null is a blank cell. */
export function csvLine(cells: readonly (string | null)[]): string {
  return `${cells.map((cell) => quoted(guardFormula(cell ?? ''))).join(',')}${lineEnd}`;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
