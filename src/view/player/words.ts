/** What happened to the words of an execution: which are shared, who changed them last. */
import type { Execution } from './execution.ts';

export interface Change {
  readonly step: number;
  /** A row of the words. */
  readonly word: number;
}

export class WordHistory {
  readonly #execution: Execution;
  /** By address, the steps that touch it, ascending. */
  readonly #touches = new Map<number, number[]>();
  /** Addresses that several threads touch, and at least one changes. */
  readonly #shared = new Set<number>();

  constructor(execution: Execution) {
    this.#execution = execution;
    this.#note();
    for (const [at, steps] of this.#touches) {
      const first = execution.threadAt(steps[0]);
      if (steps.some((step) => execution.threadAt(step) !== first) && steps.some((step) => execution.changes(step))) this.#shared.add(at);
    }
  }

  #note(): void {
    const execution = this.#execution;
    const { steps, words } = execution.player;
    const ranges = new Map<number, number[]>();
    for (let step = 0; step < execution.length; step++) {
      const at = words.at[steps.word[step]];
      if (execution.isRange(step)) push(ranges, step, at);
      else push(this.#touches, at, step);
    }
    // A range may have thousands of words: those that nothing else touches don't matter.
    const known = [...this.#touches.keys()];
    for (const [step, [first]] of ranges) {
      const end = first + execution.wordsOf(step);
      for (const at of known) if (at >= first && at < end) this.#touches.get(at)!.push(step);
    }
    if (ranges.size > 0) for (const each of this.#touches.values()) each.sort((a, b) => a - b);
  }

  isShared(word: number): boolean {
    return this.#shared.has(this.#execution.player.words.at[word]);
  }

  /** Returns the latest changes of shared words up to `step`, the last first, each word once, at most `most`. */
  changedLately(step: number, most: number): Change[] {
    const execution = this.#execution;
    const { steps, words } = execution.player;
    const seen = new Set<number>();
    const found: Change[] = [];
    for (let at = step; at >= 0 && found.length < most; at--) {
      const word = steps.word[at];
      if (!execution.changes(at) || execution.isRange(at) || !this.isShared(word) || seen.has(words.at[word])) continue;
      seen.add(words.at[word]);
      found.push({ step: at, word });
    }
    return found;
  }

  /** Returns the steps that touch the word of `step`: at most `before` up to the step itself, and `after` behind it. */
  around(step: number, before: number, after: number): number[] {
    const { steps, words } = this.#execution.player;
    const all = this.#touches.get(words.at[steps.word[step]]) ?? [step];
    let at = all.findIndex((each) => each >= step);
    if (at < 0) at = all.length - 1;
    return all.slice(Math.max(0, at - before), at + 1 + after);
  }
}

function push(lists: Map<number, number[]>, key: number, item: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
