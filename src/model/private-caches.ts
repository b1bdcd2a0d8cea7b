/**
 * The lines in each core's own two caches. Both have two ways a set, the way used last first. A line that is brought in gets
 * into both; each evicts for itself.
 */
import { LINE_BYTES } from './line.ts';
import type { MachineModel } from './machine-model.ts';

/** The tags of one cache for each core. */
class Tags {
  readonly lines: Int32Array;
  readonly sets: number;
  readonly mask: number;

  constructor(cores: number, bytes: number) {
    this.sets = 2 ** Math.max(0, Math.floor(Math.log2(bytes / LINE_BYTES / 2)));
    this.mask = this.sets - 1;
    this.lines = new Int32Array(cores * this.sets * 2).fill(-1);
  }
}

export class PrivateCaches {
  readonly #l1: Tags;
  readonly #l2: Tags;

  constructor({ l1, l2 }: Pick<MachineModel, 'l1' | 'l2'>, cores: number) {
    this.#l1 = new Tags(cores, l1.bytes);
    this.#l2 = new Tags(cores, l2.bytes);
  }

  /** Puts the line into the first cache. Reports whether it was there. */
  touchFirst(core: number, line: number): boolean {
    return touch(this.#l1, core, line);
  }

  /** Puts the line into the second cache. Reports whether it was there. */
  touchSecond(core: number, line: number): boolean {
    return touch(this.#l2, core, line);
  }

  /** Puts the line into both. */
  insert(core: number, line: number): void {
    touch(this.#l1, core, line);
    touch(this.#l2, core, line);
  }

  /** Reports whether the line is in the second cache. */
  holds(core: number, line: number): boolean {
    const { lines, sets, mask } = this.#l2;
    const at = (core * sets + (line & mask)) * 2;
    return lines[at] === line || lines[at + 1] === line;
  }
}

function touch({ lines, sets, mask }: Tags, core: number, line: number): boolean {
  const at = (core * sets + (line & mask)) * 2;
  const first = lines[at];
  if (first === line) return true;
  lines[at] = line;
  const was = lines[at + 1] === line;
  lines[at + 1] = first;
  return was;
}
