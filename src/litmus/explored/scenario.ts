/**
 * Any litmus test as a scenario over ordinary code. The build makes coroutines of this module, so each access is a
 * scheduling point. A test's accesses are the operations of the threads: `['load', atomic, at, bytes, dataView, value,
 * expected]`. All but the first element are numbers.
 */
type Operation = readonly [kind: string, ...operands: number[]];

interface State {
  readonly v1: Uint8Array;
  readonly v2: Uint16Array;
  readonly v4: Uint32Array;
  readonly v8: BigUint64Array;
  readonly data: DataView;
}

/** Bytes of the memory; as MEMORY_BYTES of program.ts. */
const BYTES = 32;

/** The bytes of memory after the last execution. */
export const memoryAtEnd = new Uint8Array(BYTES);

export function setup(): State {
  const buffer = new SharedArrayBuffer(BYTES);
  return { v1: new Uint8Array(buffer), v2: new Uint16Array(buffer), v4: new Uint32Array(buffer), v8: new BigUint64Array(buffer), data: new DataView(buffer) };
}

export const threads = [run, run, run, run];

export function operations(): readonly Operation[][] {
  return [[], [], [], []];
}

export function check({ v1 }: State): void {
  memoryAtEnd.set(v1);
}

/** Runs the accesses of one thread; returns what they read. */
function run(state: State, list: readonly Operation[]): (number | bigint)[] {
  const values: (number | bigint)[] = [];
  for (const [kind, atomic, at, bytes, dataView, value, expected] of list) {
    let read: number | bigint | undefined;
    if (dataView === 1) read = viaDataView(state.data, kind, at, bytes, value);
    else if (bytes === 8) read = viaView(state.v8 as never, kind, atomic, at / 8, BigInt(value) as never, BigInt(expected) as never);
    else read = viaView(bytes === 4 ? state.v4 : bytes === 2 ? state.v2 : state.v1, kind, atomic, at / bytes, value, expected);
    if (kind !== 'store') values.push(read!);
  }
  return values;
}

/** A view with elements of 64 bits comes with BigInts, which the types here don't say. */
function viaView(view: Uint8Array | Uint16Array | Uint32Array, kind: string, atomic: number, index: number, value: number, expected: number): number | undefined {
  if (kind === 'load') return atomic === 1 ? Atomics.load(view, index) : view[index];
  if (kind === 'exchange') return Atomics.exchange(view, index, value);
  if (kind === 'add') return Atomics.add(view, index, value);
  if (kind === 'compareExchange') return Atomics.compareExchange(view, index, expected, value);
  if (atomic === 1) Atomics.store(view, index, value);
  else view[index] = value;
  return undefined;
}

function viaDataView(data: DataView, kind: string, at: number, bytes: number, value: number): number | bigint | undefined {
  if (kind === 'load') return bytes === 8 ? data.getBigUint64(at, true) : bytes === 4 ? data.getUint32(at, true) : bytes === 2 ? data.getUint16(at, true) : data.getUint8(at);
  if (bytes === 8) data.setBigUint64(at, BigInt(value), true);
  else if (bytes === 4) data.setUint32(at, value, true);
  else if (bytes === 2) data.setUint16(at, value, true);
  else data.setUint8(at, value);
  return undefined;
}
