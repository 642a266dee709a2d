/**
 * Spreadsheets run a cell that begins with one of these as a formula; an apostrophe before it makes it text. A cell that
 * has apostrophes there already gets one more, so that reading takes away exactly what writing added.
 */
export function guardFormula(cell: string): string {
  return /^'*[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
}

/** The cell as it was before `guardFormula`. */
export function unguardFormula(cell: string): string {
  return /^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell;
}
