/** Random litmus programs, for comparing the models with each other. */
import { seedState, xorshift32 } from '../base/random.ts';
import { LOCATIONS, LOCATION_BYTES, reads, writes, type Access, type Bytes, type Kind, type Program } from './program.ts';

/** The kinds of programs. */
export interface Shape {
  /** Most threads; at least 2 are made. */
  readonly threads: number;
  /** Most accesses of a thread. */
  readonly accesses: number;
  readonly locations: number;
  /** Accesses have 1 to 8 bytes, and some go through a DataView; otherwise all are 32-bit words. */
  readonly isMixed: boolean;
  /** Memory at the end is part of the result. */
  readonly hasFinals: boolean;
}

/** Returns the program of `seed`: small, and with a result. */
export function randomProgram(seed: number, shape: Shape): Program {
  let state = seedState(seed);
  function below(n: number): number {
    state = xorshift32(state);
    return state % n;
  }
  // Each store has a value of its own, so that a result tells what was read. All bytes of it differ from zero.
  let stored = 0;
  function value(bytes: Bytes): number {
    stored++;
    return shape.isMixed ? Array.from({ length: bytes }).reduce<number>((whole, _, i) => whole + (i < 6 ? stored : 0) * 256 ** i, 0) : stored;
  }
  function access(): Access {
    const bytes: Bytes = shape.isMixed ? ([1, 2, 4, 4, 8] as const)[below(5)] : 4;
    const kind: Kind = (['load', 'load', 'load', 'store', 'store', 'store', 'exchange', 'add', 'compareExchange'] as const)[below(9)];
    const isPlain = (kind === 'load' || kind === 'store') && below(2) === 0;
    const dataView = isPlain && shape.isMixed && below(4) === 0;
    const step = dataView ? 1 : bytes;
    const offset = shape.isMixed ? step * below(Math.floor((LOCATION_BYTES - bytes) / step) + 1) : 0;
    const needsValue = kind !== 'load';
    return { kind, atomic: !isPlain, at: below(shape.locations) * LOCATION_BYTES + offset, bytes, dataView, value: needsValue ? value(bytes) : 0, expected: kind === 'compareExchange' ? below(2) * Math.max(1, below(stored + 1)) : 0 };
  }
  for (;;) {
    stored = 0;
    const threads = Array.from({ length: 2 + below(shape.threads - 1) }, () => Array.from({ length: 1 + below(shape.accesses) }, access));
    const finals = shape.hasFinals ? LOCATIONS.slice(0, shape.locations).map((_, i) => ({ at: i * LOCATION_BYTES, bytes: 4 as const })) : [];
    const all = threads.flat();
    if (all.some(writes) && (all.some(reads) || finals.length > 0)) return { threads, finals };
  }
}
