/** Width of printed text. */

/** Bounds of the width of tables and help, in columns. */
const NARROWEST = 60;
const WIDEST = 200;

/**
 * Returns the columns to lay text out for: the environment's COLUMNS, else the width of the terminal.
 * Undefined without either: tables in files and pipes have no limit.
 * @param columns width of the terminal, if there is one
 */
export function widthOf(env: Readonly<Record<string, string | undefined>>, columns: number | undefined): number | undefined {
  const wanted = /^[1-9]\d*$/.test(env.COLUMNS ?? '') ? Number(env.COLUMNS) : columns;
  return wanted === undefined || wanted === 0 ? undefined : Math.min(WIDEST, Math.max(NARROWEST, wanted));
}
