/**
 * Shared records are declared once, as an ordered list of fields with their guardians.
 * From the declaration come the offsets (destructured into module-local constants, as
 * fast as literals), the checks at load, and docs/memory-map.md.
 */

/** The shared memory as every function of the simulated machine sees it; always called `m`. */
export type Mem = Int32Array;

export interface Field {
  /** How many 32-bit words it takes. */
  readonly words: number;
  /** Who may touch it: a lock, an owner, a phase, or "atomic: …". */
  readonly guardian: string;
}

export interface Struct<Name extends string = string> {
  readonly name: string;
  /** Size in 32-bit words, padding included. */
  readonly words: number;
  /** Word offset of each field. */
  readonly at: Readonly<Record<Name, number>>;
  readonly fields: Readonly<Record<Name, Field>>;
}

/** Words of one cache line; records that different workers write are padded to it. */
export const CACHE_LINE = 16;

/**
 * A field of `words` 32-bit words that is touched only as `guardian` says. If that begins with
 * the name of a lock (sync/lock-order.ts), or with "lock of the list it is on", only who holds
 * the lock, or has stopped the world, writes the field, and reads it too. After a "; " may
 * follow why others read it: "racily read" means by racyLoad alone.
 */
export function by(guardian: string, words = 1): Field {
  return { words, guardian };
}

/** A field that several workers touch at once: its name starts with `x` and it meets only Atomics. */
export function atomic(who: string, words = 1): Field {
  return { words, guardian: `atomic: ${who}` };
}

/** Filler up to the next cache line, so that what follows is not falsely shared. */
export function padding(words: number): Field {
  return { words, guardian: 'never touched' };
}

/**
 * Declares a record of exactly `words` words with the fields in order.
 * @throws Error at load if the fields don't fit, or an atomic field lacks its `x`.
 */
export function struct<Name extends string>(
  name: string,
  words: number,
  fields: Readonly<Record<Name, Field>>,
): Struct<Name> {
  const at = {} as Record<Name, number>;
  let offset = 0;
  for (const field of Object.keys(fields) as Name[]) {
    const { words: size, guardian } = fields[field];
    if (guardian.startsWith('atomic') !== /^x[a-z]/.test(field)) {
      throw new Error(`${name}.${field}: fields touched by atomics, and only those, start with x`);
    }
    at[field] = offset;
    offset += size;
  }
  if (offset > words) throw new Error(`${name}: its fields take ${offset} words, declared are ${words}`);
  return { name, words, at, fields };
}
