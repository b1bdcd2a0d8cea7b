/**
 * Litmus tests as data: a few threads, each a list of accesses to a small shared memory.
 *
 * The memory is all zero at first. Locations are called x, y, z and w, and have 8 bytes each; an access may touch a
 * part of one. A test's result is the value of each access that reads, thread by thread, and then the values that
 * memory has at the end.
 */
import { normal, type Value } from './bytes.ts';

export type Kind = 'load' | 'store' | 'exchange' | 'add' | 'compareExchange';
export type Bytes = 1 | 2 | 4 | 8;

export interface Access {
  readonly kind: Kind;
  /** By Atomics; always so for the kinds that read and write. */
  readonly atomic: boolean;
  /** First byte. */
  readonly at: number;
  readonly bytes: Bytes;
  /** Through a DataView, which may tear; otherwise through a typed array of unsigned whole numbers. */
  readonly dataView: boolean;
  /** What is stored, added, or put in place of `expected`; 0 for a load. */
  readonly value: number;
  /** For compareExchange. */
  readonly expected: number;
}

/** A part of memory that is read after all threads have ended, as one plain load. */
export interface Final {
  readonly at: number;
  readonly bytes: Bytes;
}

export interface Program {
  readonly threads: readonly (readonly Access[])[];
  readonly finals: readonly Final[];
}

/** Values in the order of `labelsOf`. */
export type Result = readonly Value[];

/** Names of locations, in the order of memory. */
export const LOCATIONS = ['x', 'y', 'z', 'w'] as const;
export type Location = (typeof LOCATIONS)[number];
/** Bytes of a location. */
export const LOCATION_BYTES = 8;
/** Bytes of the whole memory. */
export const MEMORY_BYTES = LOCATIONS.length * LOCATION_BYTES;
/** Most threads of a test. */
export const MOST_THREADS = 4;

/** Where and how an access touches memory; a plain or atomic 32-bit word unless given. */
interface Place {
  /** First byte, counted within the location. */
  readonly offset?: number;
  readonly bytes?: Bytes;
  readonly dataView?: boolean;
}

function access(kind: Kind, atomic: boolean, location: Location, { offset = 0, bytes = 4, dataView = false }: Place, value = 0, expected = 0): Access {
  return { kind, atomic, at: LOCATIONS.indexOf(location) * LOCATION_BYTES + offset, bytes, dataView, value, expected };
}

/** Returns `view[location]`. */
export function load(location: Location, place: Place = {}): Access {
  return access('load', false, location, place);
}

/** Returns `view[location] = value`. */
export function store(location: Location, value: number, place: Place = {}): Access {
  return access('store', false, location, place, value);
}

/** Returns `Atomics.load(view, location)`. */
export function atomicLoad(location: Location, place: Place = {}): Access {
  return access('load', true, location, place);
}

/** Returns `Atomics.store(view, location, value)`. */
export function atomicStore(location: Location, value: number, place: Place = {}): Access {
  return access('store', true, location, place, value);
}

/** Returns `Atomics.exchange(view, location, value)`. */
export function exchange(location: Location, value: number, place: Place = {}): Access {
  return access('exchange', true, location, place, value);
}

/** Returns `Atomics.add(view, location, value)`. */
export function add(location: Location, value: number, place: Place = {}): Access {
  return access('add', true, location, place, value);
}

/** Returns `Atomics.compareExchange(view, location, expected, value)`. */
export function compareExchange(location: Location, expected: number, value: number, place: Place = {}): Access {
  return access('compareExchange', true, location, place, value, expected);
}

/** Returns what reads a location after all threads have ended. */
export function final(location: Location, { offset = 0, bytes = 4 }: Place = {}): Final {
  return { at: LOCATIONS.indexOf(location) * LOCATION_BYTES + offset, bytes };
}

/** Reports whether an access of this kind has a result. */
export function reads({ kind }: Access): boolean {
  return kind !== 'store';
}

/** Reports whether an access of this kind may write. */
export function writes({ kind }: Access): boolean {
  return kind !== 'load';
}

/** Reports whether bytes of several accesses of one range may be mixed in this one, or with it. */
export function mayTear({ atomic, bytes, dataView }: Access): boolean {
  return !atomic && (dataView || bytes === 8);
}

/** Returns the name of a part of memory: `x`, `y+2:16` for two bytes from the third. */
export function placeName({ at, bytes }: Final): string {
  const offset = at % LOCATION_BYTES;
  return `${LOCATIONS[Math.floor(at / LOCATION_BYTES)]}${offset === 0 ? '' : `+${offset}`}${bytes === 4 ? '' : `:${bytes * 8}`}`;
}

/** Returns the names of a result's values: `r0`, `r1`, … and the places that are read at the end. */
export function labelsOf({ threads, finals }: Program): string[] {
  return [...threads.flat().filter(reads).map((_, i) => `r${i}`), ...finals.map(placeName)];
}

/** Returns a result as text: `r0=0 r1=1 x=2`; values above 9 in hex. */
export function formatResult(program: Program, result: Result): string {
  return labelsOf(program).map((label, i) => `${label}=${formatValue(result[i])}`).join(' ');
}

/** Returns the key of a result in a set or map. */
export function keyOf(result: Result): string {
  return result.join(' ');
}

/** Returns the result of `keyOf`. */
export function resultOf(key: string): Result {
  return key === '' ? [] : key.split(' ').map((value) => normal(BigInt(value)));
}

export function formatValue(value: Value): string {
  return value > 9 ? `0x${value.toString(16)}` : String(value);
}

/** Returns each thread as one line of JavaScript. */
export function formatProgram({ threads }: Program): string[] {
  let register = 0;
  return threads.map((accesses, i) => `${i}: ${accesses.map((each) => formatAccess(each, reads(each) ? `r${register++} = ` : '')).join('; ')}`);
}

function formatAccess({ kind, atomic, at, bytes, dataView, value, expected }: Access, into: string): string {
  const place = placeName({ at, bytes });
  const shown = formatValue(value);
  if (dataView) return kind === 'load' ? `${into}view.get(${place})` : `view.set(${place}, ${shown})`;
  if (!atomic) return kind === 'load' ? `${into}${place}` : `${place} = ${shown}`;
  const operands = { load: [], store: [shown], exchange: [shown], add: [shown], compareExchange: [formatValue(expected), shown] }[kind];
  return `${into}Atomics.${kind}(${[place, ...operands].join(', ')})`;
}
