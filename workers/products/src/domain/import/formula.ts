/** The cell as it was before `guardFormula` of `shared/csv/cells.ts`. */
export function unguardFormula(cell: string): string {
  return /^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell;
}
