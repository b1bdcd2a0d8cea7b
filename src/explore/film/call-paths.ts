/** The stacks of calls that occur in an execution. Most share their outer calls, so they are kept as a tree. */

/** The row of the empty stack. */
export const NO_CALL = -1;

export class CallPaths {
  /** By row, the row of the stack without its innermost call. */
  readonly parent: number[] = [];
  /** By row, the site of the innermost call. */
  readonly site: number[] = [];
  readonly #rows = new Map<string, number>();

  /** Returns the row of the stack `calls`, sites with the outermost first. */
  rowOf(calls: readonly number[]): number {
    let row = NO_CALL;
    for (const site of calls) {
      const key = `${row} ${site}`;
      let next = this.#rows.get(key);
      if (next === undefined) {
        next = this.parent.length;
        this.parent.push(row);
        this.site.push(site);
        this.#rows.set(key, next);
      }
      row = next;
    }
    return row;
  }
}
