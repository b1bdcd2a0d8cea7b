/** An execution as the player shows it: texts and places of its steps, which count from 0 here and from 1 on the screen. */
import { operationOf } from '../../explore/failures/operation.ts';
import { formatAs, type ValueForm } from '../../inspect/value-form.ts';
import type { Player } from '../../report/player.ts';
import { ACCESS } from '../../rewrite/sites.ts';

export interface Place {
  readonly file: number;
  readonly fileName: string;
  readonly line: number;
  readonly fn: string;
  /** The access or call as written, without types. */
  readonly text: string;
}

const FIRST_NAMES = 2;
/** Kinds that leave the word as it is. */
const READS: ReadonlySet<number> = new Set([ACCESS.load, ACCESS.atomicLoad, ACCESS.byteLoad, ACCESS.wait, ACCESS.waitRefused, ACCESS.notify, ACCESS.casFailed]);
/** Kinds that change many words: their value is the number of words. */
const RANGES: ReadonlySet<number> = new Set([ACCESS.fill, ACCESS.copy]);

/** Lines of a function of one statement: its head, the statement, its end. */
const ACCESSOR_LINES = 3;

type SourceFile = Player['files'][number];

/** Returns the block of `file` that contains the line; undefined if its text is not there. */
export function blockAt(file: SourceFile | undefined, wanted: number): SourceFile['blocks'][number] | undefined {
  return file?.blocks.find(({ line, lines }) => wanted >= line && wanted < line + lines.length);
}

/** Reports whether a line of source holds nothing but a comment. */
export function isComment(text: string): boolean {
  return /^\s*(?:\/\/|\/\*|\*)/.test(text);
}

export class Execution {
  readonly player: Player;
  readonly length: number;
  readonly #preempted: ReadonlyMap<number, number>;
  readonly #moments: ReadonlySet<number>;
  /** By file and line. */
  readonly #accessors = new Map<string, boolean>();

  constructor(player: Player) {
    this.player = player;
    this.length = player.steps.thread.length;
    this.#preempted = new Map(player.preemptions.step.map((step, i) => [step, player.preemptions.from[i]]));
    this.#moments = new Set(player.moments.map(({ step }) => step));
  }

  threadAt(step: number): number {
    return this.player.steps.thread[step];
  }

  threadName(thread: number): string {
    return this.player.threads[thread]?.name ?? '';
  }

  /** Returns the access in words: `load work.empty = 0`. */
  operation(step: number): string {
    const { kind, value, old, word } = this.player.steps;
    return operationOf({ kind: kind[step], value: value[step], old: old[step] }, this.wordName(word[step]), (each) => this.valueText(word[step], each));
  }

  wordName(word: number): string {
    return this.player.words.name[word] ?? '';
  }

  /** Returns the text of a value of `word`, a row of the words. */
  valueText(word: number, value: number): string {
    return formatAs(this.#form(word), value);
  }

  /** Reports whether the values of `word` are sets of bits. */
  isBits(word: number): boolean {
    return this.player.words.form[word] === 1;
  }

  #form(word: number): ValueForm {
    const form = this.player.words.form[word] ?? 0;
    if (form < FIRST_NAMES) return form === 1 ? 'bits' : 'number';
    return (this.player.valueNames[form - FIRST_NAMES] ?? []).map((name) => name ?? undefined);
  }

  /** Reports whether the step may have changed its word, and, but for ranges, did. */
  changes(step: number): boolean {
    const { kind, value, old } = this.player.steps;
    return !READS.has(kind[step]) && (RANGES.has(kind[step]) || value[step] !== old[step]);
  }

  writes(step: number): boolean {
    return !READS.has(this.player.steps.kind[step]);
  }

  /** Reports whether the step changes a range of words. */
  isRange(step: number): boolean {
    return RANGES.has(this.player.steps.kind[step]);
  }

  /** Returns the number of words that the step touches, from its word on. */
  wordsOf(step: number): number {
    return this.isRange(step) ? this.player.steps.value[step] : 1;
  }

  place(site: number): Place {
    const { sites, files, functions } = this.player;
    const file = sites.file[site];
    return { file, fileName: files[file]?.name ?? '', line: sites.line[site], fn: functions[sites.function[site]] ?? '', text: sites.text[site] };
  }

  placeAt(step: number): Place {
    return this.place(this.player.steps.site[step]);
  }

  /** Returns the calls around the access of a step, the outermost first, and the access itself. */
  callPath(step: number): Place[] {
    const { paths, steps } = this.player;
    const places = [this.placeAt(step)];
    for (let path = steps.path[step]; path >= 0; path = paths.parent[path]) places.unshift(this.place(paths.site[path]));
    return places;
  }

  /** Returns the place that says most about a step: of an access in a function of one statement, the call of it. */
  tellingPlace(step: number): Place {
    const path = this.callPath(step);
    return path.findLast((place) => !this.#isAccessor(place)) ?? path[path.length - 1];
  }

  /** Reports whether the function at `place` has one statement. */
  #isAccessor({ file, line }: Place): boolean {
    const key = `${file} ${line}`;
    let known = this.#accessors.get(key);
    if (known === undefined) {
      const block = blockAt(this.player.files[file], line);
      known = block !== undefined && block.lines.filter((text) => !isComment(text)).length <= ACCESSOR_LINES;
      this.#accessors.set(key, known);
    }
    return known;
  }

  /** Returns the thread that was preempted right before this step; -1 if none was. */
  preemptedBefore(step: number): number {
    return this.#preempted.get(step) ?? -1;
  }

  /** Reports whether the step is one whose order decides. */
  isCritical(step: number): boolean {
    return this.#moments.has(step);
  }

  /** Returns the next step in `steps`, which ascend, after `from`, or with `by` -1 the one before; undefined if there is none. */
  static next(steps: readonly number[], from: number, by: 1 | -1): number | undefined {
    return by === 1 ? steps.find((step) => step > from) : steps.findLast((step) => step < from);
  }
}
