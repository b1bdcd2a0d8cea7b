/**
 * The loop of one thread of a litmus test, as JavaScript.
 *
 * Each iteration makes the accesses of one instance of the test, at a place of its own, and keeps the values it read. The
 * place comes from an array and each value read is stored, so the compiler can neither hoist an access out of the loop
 * nor leave it out. It may reorder or merge plain accesses of one iteration as far as the language permits: the
 * compiler's reordering is part of what is tested.
 */
import { LOCATIONS, LOCATION_BYTES, reads, writes, type Access, type Program } from '../program.ts';

/** Views of one shared buffer. */
export interface Views {
  readonly v1: Uint8Array;
  readonly v2: Uint16Array;
  readonly v4: Uint32Array;
  readonly v8: BigUint64Array;
  readonly view: DataView;
}

/**
 * Runs the instances `from` to `to`, exclusive. `place` holds the first byte of each instance, `offsets` the distance
 * of each location from it; `out` takes the values of an instance's reads one after the other.
 */
export type RunInstances = (place: Int32Array, out: Float64Array, offsets: Int32Array, from: number, to: number) => void;

export function viewsOf(memory: SharedArrayBuffer): Views {
  return { v1: new Uint8Array(memory), v2: new Uint16Array(memory), v4: new Uint32Array(memory), v8: new BigUint64Array(memory), view: new DataView(memory) };
}

/** Compiles the loop of a thread over `views`. */
export function compileThread({ threads }: Program, thread: number, views: Views): RunInstances {
  return new Function('{ v1, v2, v4, v8, view }', `return ${threadText(threads[thread])};`)(views) as RunInstances;
}

/** Returns the text of the loop. */
export function threadText(accesses: readonly Access[]): string {
  const results = accesses.filter(reads).length;
  const used = LOCATIONS.filter((_, i) => accesses.some(({ at }) => Math.floor(at / LOCATION_BYTES) === i));
  let register = 0;
  return [
    'function (place, out, offsets, from, to) {',
    ...used.map((name) => `  const d${name} = offsets[${LOCATIONS.indexOf(name)}];`),
    '  for (let i = from; i < to; i++) {',
    '    const at = place[i];',
    ...accesses.map((each) => `    ${reads(each) ? `const r${register++} = ${numeric(each, accessText(each))}` : accessText(each)};`),
    ...Array.from({ length: results }, (_, r) => `    out[i * ${results} + ${r}] = r${r};`),
    '  }',
    '}',
  ].join('\n');
}

function numeric({ bytes }: Access, text: string): string {
  return bytes === 8 ? `Number(${text})` : text;
}

function accessText(access: Access): string {
  const { kind, atomic, at, bytes, dataView, value, expected } = access;
  const byte = `at + d${LOCATIONS[Math.floor(at / LOCATION_BYTES)]} + ${at % LOCATION_BYTES}`;
  const index = bytes === 1 ? byte : `(${byte}) >> ${Math.log2(bytes)}`;
  const [stored, compared] = [value, expected].map((each) => (bytes === 8 ? `${each}n` : String(each)));
  if (dataView) {
    const type = bytes === 8 ? 'BigUint64' : `Uint${8 * bytes}`;
    return kind === 'load' ? `view.get${type}(${byte}, true)` : `view.set${type}(${byte}, ${stored}, true)`;
  }
  if (!atomic) return writes(access) ? `v${bytes}[${index}] = ${stored}` : `v${bytes}[${index}]`;
  const operands = kind === 'compareExchange' ? [compared, stored] : kind === 'load' ? [] : [stored];
  return `Atomics.${kind}(${[`v${bytes}`, index, ...operands].join(', ')})`;
}
