/**
 * Shared records are declared once, as an ordered list of fields with their guardians.
 * The declaration yields:
 *
 *   - the offsets, destructured into module-local constants, as fast as literals;
 *   - the checks at load;
 *   - an entry in the registry of records, from which docs/memory-map.md, the names of words
 *     and the watching of guardians derive. places.ts says where the records lie.
 */
import { PARTS, UNUSED, type Guardian } from './guardian.ts';
import type { LockName } from './lock-order.ts';

/** The shared memory as every function of the simulated machine sees it; always called `m`. */
export type Mem = Int32Array;

export interface Field {
  /** How many 32-bit words it takes. */
  readonly words: number;
  readonly guardian: Guardian;
  /** Name of the record of which the field holds one or several in a row. */
  readonly part?: string;
  /** Of a field that holds a lock: the lock's name. */
  readonly lock?: LockName;
}

export interface Struct<Name extends string = string> {
  readonly name: string;
  /** Size in 32-bit words, padding included. */
  readonly words: number;
  /** Word offset of each field. */
  readonly at: Readonly<Record<Name, number>>;
  readonly fields: Readonly<Record<Name, Field>>;
  /** The field that goes by the name of the whole record: a lock's key is the lock. */
  readonly self?: Name;
}

/** Words of one cache line; records that different workers write are padded to it. */
export const CACHE_LINE = 16;

/** Declares a field of `words` 32-bit words that Ms touch only as `guardian` says. */
export function by(guardian: Guardian, words = 1): Field {
  return { words, guardian };
}

/** Declares a field that several Ms touch at once, with Atomics only: its name starts with `x`. */
export function atomic(note: string, words = 1): Field {
  return { words, guardian: { kind: 'atomic', note } };
}

/**
 * Declares a field that holds one record, or several in a row, in `words` words.
 * @param record its name; a name, because the record may be declared in a higher room
 * @param guardian of all its words; without one the record's own fields say
 */
export function part(record: string, words: number, guardian: Guardian = PARTS): Field {
  return { words, guardian, part: record };
}

/** Words of a lock; see sync/lock.ts. */
export const LOCK_WORDS = 2;

/** Declares a field that holds the lock called `lock`, or one of the locks of that name. */
export function lockField(lock: LockName): Field {
  return { ...part('lock', LOCK_WORDS), lock };
}

/** Declares unused words, up to the next cache line, to prevent false sharing, or to a fixed offset. */
export function padding(words: number): Field {
  return { words, guardian: UNUSED };
}

const REGISTRY = new Map<string, Struct>();

/** Returns every record declared by the modules loaded so far, in the order of their declaration. */
export function declaredRecords(): readonly Struct[] {
  return [...REGISTRY.values()];
}

/** Returns the record called `name`, if a module loaded so far declares it. */
export function declaredRecord(name: string): Struct | undefined {
  return REGISTRY.get(name);
}

/**
 * Declares a record of exactly `words` words with the fields in order, and registers it.
 * @param self the field that goes by the name of the whole record
 * @throws Error at load if the fields don't fit, an atomic field lacks its `x`, or the name is taken
 */
export function struct<Name extends string>(
  name: string,
  words: number,
  fields: Readonly<Record<Name, Field>>,
  self?: NoInfer<Name>,
): Struct<Name> {
  const at = {} as Record<Name, number>;
  let offset = 0;
  for (const field of Object.keys(fields) as Name[]) {
    const { words: size, guardian } = fields[field];
    if ((guardian.kind === 'atomic') !== /^x[a-z]/.test(field)) {
      throw new Error(`${name}.${field}: a field starts with x if, and only if, its guardian is atomic`);
    }
    at[field] = offset;
    offset += size;
  }
  if (offset > words) throw new Error(`${name}: its fields take ${offset} words, declared are ${words}`);
  if (REGISTRY.has(name)) throw new Error(`${name}: two records have this name`);
  // A copy, because V8 keeps an object to which many keys were added one by one as a hash table, whose reads are slow.
  const declared = { name, words, at: { ...at }, fields, ...(self === undefined ? {} : { self }) };
  REGISTRY.set(name, declared);
  return declared;
}
