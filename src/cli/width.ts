/** How wide a text may be. */

/** Tables and help are laid out for at least and at most so many columns. */
const NARROWEST = 60;
const WIDEST = 200;

/**
 * The columns to lay text out for: those of the environment's COLUMNS, else of the terminal.
 * Undefined without either: a file or a pipe takes tables as wide as they are.
 * @param columns of the terminal, if there is one
 */
export function widthOf(env: Readonly<Record<string, string | undefined>>, columns: number | undefined): number | undefined {
  const wanted = /^[1-9]\d*$/.test(env.COLUMNS ?? '') ? Number(env.COLUMNS) : columns;
  return wanted === undefined || wanted === 0 ? undefined : Math.min(WIDEST, Math.max(NARROWEST, wanted));
}
