/**
 * The shared memory of ordinary code, as the engine sees it.
 *
 * Ordinary code has several SharedArrayBuffers and views of all types; the engine knows one array of words. So each
 * buffer has a range of words, and after each write its words are copied there: what the engine compares, restores
 * and names is the copy. A view knows its place by `view.$shared`, which is undefined for memory that is not shared.
 *
 * Buffers are made anew in each execution, in the same order, and taken from those of the execution before.
 */
import { UsageError } from '../../base/fatal.ts';
import type { WeakMemory } from '../../rewrite/generated.ts';
import { WRITE_SHIFT, WRITTEN } from '../../memory/write-flags.ts';

/** Words for buffers that are made while threads run. */
const SPARE_WORDS = 16_384;
/** The limit of the buffers of a scenario: more is restored too slowly. */
const MOST_WORDS = 1 << 22;

type View = NodeJS.ArrayBufferView;
type Numeric = number | bigint | undefined;

/** A buffer's range of words. */
interface Region {
  readonly buffer: SharedArrayBuffer;
  readonly words: Int32Array;
  /** First word of its range. */
  base: number;
  readonly views: Shared[];
}

/** A view of a shared buffer. Generated code reads its fields. */
interface Shared {
  readonly region: Region;
  readonly view: View;
  /** Words of the whole buffer, and the place of the first among all words. */
  readonly words: Int32Array;
  readonly base: number;
  /** First byte, counted from the first byte of all words. */
  readonly start: number;
  /** Bytes of an element. */
  readonly size: number;
  /** Elements. */
  readonly length: number;
  readonly isDataView: boolean;
  /** An Int32Array or Uint32Array: plain operations on numbers do what Atomics does. */
  readonly isWord: boolean;
  /** Whole numbers of any size: an element can be read as Atomics.load does. */
  readonly isWhole: boolean;
  readonly canWait: boolean;
  readonly type: string;
  /** The variable or property that held the view first. */
  name: string;
}

const WHOLE = /^(?:Big)?(?:Int|Uint)(?:8|16|32|64)Array$/;
/** Types whose values are not 32-bit words: the trace holds a number for each value instead. */
const WIDE: ReadonlySet<string> = new Set(['BigInt64Array', 'BigUint64Array', 'Float32Array', 'Float64Array', 'DataView', 'Uint32Array']);

export class OrdinaryMemory {
  /** Number of words in use. */
  words = 0;
  #limit = MOST_WORDS;
  readonly #regions: Region[] = [];
  #made = 0;
  #byBuffer = new WeakMap<SharedArrayBuffer, Region>();
  readonly #values: Numeric[] = [];
  readonly #numbers = new Map<Numeric, number>();
  /** By word, the type of the view through which it was accessed last. */
  readonly #types = new Map<number, string>();
  #changed = false;

  /** Begins an execution: no buffer has been made yet. `limit` is the number of words that the engine has. */
  begin(limit = MOST_WORDS): void {
    (current ??= install()).memory = this;
    this.words = this.#made = 0;
    this.#limit = limit;
    this.#byBuffer = new WeakMap();
    this.#types.clear();
  }

  /** Words that the engine must have for an execution like the last one. */
  get wordsNeeded(): number {
    return this.words + SPARE_WORDS;
  }

  /** Makes a buffer. */
  newBuffer(length: number, options?: { readonly maxByteLength?: number }): SharedArrayBuffer {
    if (options?.maxByteLength !== undefined) throw new UsageError('a SharedArrayBuffer that grows can\'t be explored: make it as large as it will be');
    const old = this.#regions[this.#made] as Region | undefined;
    if (old !== undefined && old.buffer.byteLength === length) {
      new Uint8Array(old.buffer).fill(0);
      old.views.length = 0;
      this.#place(old);
      return old.buffer;
    }
    const buffer = new SharedArrayBuffer(length);
    this.#add(buffer);
    return buffer;
  }

  #add(buffer: SharedArrayBuffer): Region {
    const region: Region = { buffer, words: new Int32Array(buffer, 0, buffer.byteLength >> 2), base: 0, views: [] };
    this.#regions[this.#made] = region;
    this.#place(region);
    return region;
  }

  #place(region: Region): void {
    region.base = this.words;
    this.#made++;
    // The words after the buffer are no buffer's: its last word may be incomplete.
    this.words += (region.buffer.byteLength + 3) >> 2;
    if (this.words > this.#limit) throw new UsageError(`the shared buffers have ${this.words} words; exploration restores at most ${this.#limit}: make them in setup, and smaller`);
    this.#byBuffer.set(region.buffer, region);
  }

  /** Gives `view` the name of the variable or property that holds it. */
  name(view: View & { readonly $shared?: Shared }, name: string): void {
    const shared = view.$shared;
    if (shared !== undefined && shared.name === '') shared.name = name;
  }

  /** Returns what generated code knows of `view`; undefined if its buffer is not shared. */
  sharedOf(view: View): Shared | undefined {
    if (!(view.buffer instanceof SharedArrayBuffer)) return undefined;
    const region = this.#byBuffer.get(view.buffer) ?? this.#add(view.buffer);
    const type = view.constructor.name;
    const size = (view as Partial<Int32Array>).BYTES_PER_ELEMENT ?? 1;
    const shared: Shared = {
      region,
      view,
      words: region.words,
      base: region.base,
      start: 4 * region.base + view.byteOffset,
      size,
      length: view.byteLength / size,
      isDataView: view instanceof DataView,
      isWord: view instanceof Int32Array || view instanceof Uint32Array,
      isWhole: WHOLE.test(type),
      canWait: view instanceof Int32Array || view instanceof BigInt64Array,
      type,
      name: '',
    };
    region.views.push(shared);
    return shared;
  }

  /** Copies the words that `size` bytes at `word` touch. Called if they are not exactly one word. */
  copy({ region }: Shared, word: number, size: number, m: Int32Array, dirty: Uint8Array): void {
    for (let at = word; at <= word + ((size - 1) >> 2); at++) this.#copyWord(region, at, m, dirty);
  }

  /** Copies all words of a view after a built-in may have written them. `weak` notes each word that has changed as a store. */
  copyAll({ region, start, length, size }: Shared, m: Int32Array, dirty: Uint8Array, weak?: WeakMemory | null): void {
    this.#changed = false;
    for (let at = start >> 2; at < (start + length * size + 3) >> 2; at++) this.#copyWord(region, at, m, dirty, weak);
  }

  /** Sets the buffers to the words of `m`. */
  restore(m: Int32Array): void {
    for (const { base, words } of this.#regions.slice(0, this.#made)) words.set(m.subarray(base, base + words.length));
  }

  /** Reports whether the last `copyAll` has found a change. */
  hasChanged(): boolean {
    return this.#changed;
  }

  #copyWord(region: Region, at: number, m: Int32Array, dirty: Uint8Array, weak?: WeakMemory | null): void {
    const value = region.words[at - region.base] ?? lastBytes(region.buffer);
    if (at >= region.base + ((region.buffer.byteLength + 3) >> 2) || m[at] === value) return;
    this.#changed = true;
    const before = m[at];
    m[at] = value;
    weak?.store(at, before, value);
    dirty[at >> WRITE_SHIFT] = WRITTEN;
  }

  /** Returns the element whose bytes are the first of `bytes`. */
  decode({ type }: Shared, bytes: Uint8Array): Numeric {
    const View = (globalThis as unknown as Record<string, new (buffer: ArrayBufferLike, start: number, length: number) => ArrayLike<number>>)[type];
    return new View(bytes.buffer, 0, 1)[0];
  }

  /** Returns the 32-bit number that stands for `value` in a trace; `show` is the inverse. */
  token({ type }: Shared, word: number, value: Numeric): number {
    this.#types.set(word, type);
    if (!WIDE.has(type)) return value as number;
    let number = this.#numbers.get(value);
    if (number === undefined) this.#numbers.set(value, (number = this.#values.push(value) - 1));
    return number;
  }

  /** Formats what `token` returned for the word `at`: `5n`, `0.25`; undefined for an ordinary word. */
  show(at: number, token: number): string | undefined {
    if (!WIDE.has(this.#types.get(at) ?? '')) return undefined;
    const value = this.#values[token];
    return typeof value === 'bigint' ? `${value}n` : Object.is(value, -0) ? '-0' : String(value);
  }

  /** Returns the name of the word `at`: the view that holds it, and its index there, `slots[3]`. `byte` is the byte of the word that matters. */
  nameOf(at: number, byte = 4 * at): string {
    const region = this.#regions.slice(0, this.#made).find(({ base, buffer }) => at >= base && at < base + ((buffer.byteLength + 3) >> 2));
    if (region === undefined) return `word ${at}`;
    const holding = region.views.filter(({ start, length, size }) => start >> 2 <= at && byte < start + length * size);
    const type = this.#types.get(at);
    const named = holding.filter(({ name }) => name !== '');
    // The narrowest view says most about the word.
    const [best] = (named.length > 0 ? named : holding).sort((a, b) => Number(b.type === type) - Number(a.type === type) || a.length * a.size - b.length * b.size);
    if (best === undefined) return `word ${at - region.base} of buffer ${this.#regions.indexOf(region) + 1}`;
    return `${this.#uniqueName(best)}[${Math.max(0, Math.floor((byte - best.start) / best.size))}]`;
  }

  /** Views of several buffers may have one name: the second is called `slots#2`. */
  #uniqueName({ name, region }: Shared): string {
    const called = name === '' ? 'view' : name;
    const before = this.#regions.slice(0, this.#regions.indexOf(region)).filter(({ views }) => views.some((each) => each.name === name)).length;
    return before === 0 ? called : `${called}#${before + 1}`;
  }
}

function lastBytes(buffer: SharedArrayBuffer): number {
  const bytes = new Uint8Array(buffer, buffer.byteLength & ~3);
  return bytes.reduceRight((word, byte) => (word << 8) | byte, 0);
}

/** The memory of the execution that runs. */
interface Current {
  memory: OrdinaryMemory | null;
}

/** Set when an execution of ordinary code begins for the first time: nothing else needs the property. */
let current: Current | undefined;

const HOLDER = Symbol.for('sweepgen.ordinaryMemory');

/**
 * Gives views the property `$shared`: the prototypes get an accessor, which at its first use on a view defines the
 * view's own property. So a view is known however it was made, and reading the property is as fast as any other.
 */
function install(): Current {
  const prototypes = [Object.getPrototypeOf(Int32Array.prototype) as object, DataView.prototype];
  const known = (prototypes[1] as { [HOLDER]?: Current })[HOLDER];
  if (known !== undefined) return known;
  const holder: Current = { memory: null };
  for (const prototype of prototypes) {
    Object.defineProperty(prototype, HOLDER, { value: holder });
    Object.defineProperty(prototype, '$shared', {
      configurable: true,
      get(this: View): Shared | undefined {
        if (!ArrayBuffer.isView(this) || holder.memory === null) return undefined;
        const value = holder.memory.sharedOf(this);
        if (Object.isExtensible(this)) Object.defineProperty(this, '$shared', { value });
        return value;
      },
    });
  }
  return holder;
}
