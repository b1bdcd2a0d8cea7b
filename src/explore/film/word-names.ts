/** The words that an execution touches, by address and name: the name of a word changes with the records around it. */
export class WordNames {
  readonly at: number[] = [];
  readonly name: string[] = [];
  readonly #rows = new Map<string, number>();

  /** Returns the row of the word `at`, which is called `name` now. */
  rowOf(at: number, name: string): number {
    const key = `${at} ${name}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = this.at.length;
      this.at.push(at);
      this.name.push(name);
      this.#rows.set(key, row);
    }
    return row;
  }
}
