/**
 * Probe of the window: how many instructions a core works ahead of a load that misses.
 *
 * 1. Two chases go on at a time, each through a cycle of its own, with `count` additions between their loads.
 * 2. While the additions fit into the window, both misses overlap. Beyond it the time of a pair of misses doubles.
 * 3. All counts are timed in turn, in rounds so short that most run undisturbed.
 *
 * The chases continue from one round to the next. If each began anew, it would follow lines that the third cache still has.
 * The loops are WebAssembly, so that the number of instructions is known. Each run of additions is a loop that ends after one
 * round: V8 would move additions outside of a loop behind both loads.
 */
import { nanotime } from '../../base/clock.ts';
import { GRAPH_SEED, xorshift32 } from '../../base/random.ts';
import { cycle } from './memory-probes.ts';

/** Additions between two loads, ascending. */
const COUNTS = [8, ...Array.from({ length: 40 }, (_, i) => 16 * (i + 1))];
const ROUNDS = 60;
/** Rounds in which V8 optimises the loops. */
const WARM_UP = 20;
const STEPS = 400;
/** Instructions a cycle of computing in the mark loops: assumed. */
const IPC = 2;
/** Chains of additions: a core of today does as many at a time. */
const CHAINS = 4;
/** Relative excess at which misses no longer overlap. */
const ENDED = 1.5;
const LINE = 64;
const WASM_PAGE = 1 << 16;
/** Byte addresses of the places of both chases, and of a zero. */
const [FIRST, SECOND, ZERO] = [4, 8, 12];

/** Returns the computing that fits into the window, ns. @param bytes a size far beyond the caches */
export function measureWindow(bytes: number): number {
  const memory = new WebAssembly.Memory({ initial: bytes / WASM_PAGE, maximum: 65_536, shared: true });
  const m = new Int32Array(memory.buffer);
  linkCycle(m, 0, bytes / 2);
  linkCycle(m, bytes / 2, bytes);
  m[FIRST / 4] = 0;
  m[SECOND / 4] = bytes / 2;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(pairModule(COUNTS)), { m: { m: memory } });
  const samples = COUNTS.map((): number[] => []);
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    for (const [i, count] of COUNTS.entries()) {
      const started = nanotime();
      (exports[count] as (steps: number) => number)(STEPS);
      if (round >= WARM_UP) samples[i].push((nanotime() - started) / STEPS);
    }
  }
  const cycleNs = cycle(m);
  const pairs = COUNTS.map((count, i) => ({ count, ns: samples[i].sort((a, b) => a - b)[ROUNDS >> 2] }));
  return (windowOf(pairs, cycleNs) * cycleNs) / IPC;
}

/**
 * Returns the largest number of additions with which both misses overlap.
 * @param pairs the ns of a pair of misses, by the additions after each; ascending
 */
export function windowOf(pairs: readonly { readonly count: number; readonly ns: number }[], cycleNs: number): number {
  // The additions are subtracted, as they take time in a pair that overlaps, too.
  const missed = pairs.map(({ count, ns }) => ns - (2 * count * cycleNs) / CHAINS);
  const ended = missed.findIndex((ns) => ns > ENDED * missed[0]);
  return pairs[ended < 0 ? pairs.length - 1 : Math.max(0, ended - 1)].count;
}

/** Links the lines from byte `low` to `high` to one random cycle of byte addresses (Sattolo). */
function linkCycle(m: Int32Array, low: number, high: number): void {
  for (let at = low; at < high; at += LINE) m[at / 4] = at;
  let x = GRAPH_SEED;
  for (let i = (high - low) / LINE - 1; i > 0; i--) {
    x = xorshift32(x);
    const [at, with_] = [(low + i * LINE) / 4, (low + ((x >>> 0) % i) * LINE) / 4];
    const next = m[at];
    m[at] = m[with_];
    m[with_] = next;
  }
}

const I32 = 0x7f;
const OP = { loop: 0x03, end: 0x0b, brIf: 0x0d, get: 0x20, set: 0x21, tee: 0x22, load: 0x28, store: 0x36, const: 0x41, add: 0x6a };
const LOCAL = { steps: 0, a: 1, b: 2, chain: 3, zero: 3 + CHAINS };

/**
 * Returns a WebAssembly module with a function for each count, named by it. It takes a number of steps, loads twice in
 * each, with `count` additions after each load, and returns a sum that needs them all.
 */
export function pairModule(counts: readonly number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [[0x60, 1, I32, 1, I32]]),
    // A shared memory with a maximum.
    ...section(2, [[...text('m'), ...text('m'), 2, 3, 1, ...unsigned(65_536)]]),
    ...section(3, counts.map(() => [0])),
    ...section(7, counts.map((count, i) => [...text(String(count)), 0, ...unsigned(i)])),
    ...section(10, counts.map(pairCode)),
  ]);
}

function pairCode(count: number): number[] {
  const additions = Array.from({ length: count }, (_, i) => [OP.get, LOCAL.chain + (i % CHAINS), OP.get, LOCAL.steps, OP.add, OP.set, LOCAL.chain + (i % CHAINS)]);
  const once = [OP.loop, 0x40, ...additions.flat(), OP.get, LOCAL.zero, OP.brIf, 0, OP.end];
  const follow = (local: number) => [OP.get, local, OP.load, 2, 0, OP.set, local];
  const read = (address: number, local: number) => [OP.const, 0, OP.load, 2, address, OP.set, local];
  const write = (address: number, local: number) => [OP.const, 0, OP.get, local, OP.store, 2, address];
  const code = [
    1, LOCAL.zero, I32,
    ...read(FIRST, LOCAL.a), ...read(SECOND, LOCAL.b), ...read(ZERO, LOCAL.zero),
    OP.loop, 0x40, ...follow(LOCAL.a), ...once, ...follow(LOCAL.b), ...once,
    // 0x7f is -1.
    OP.get, LOCAL.steps, OP.const, 0x7f, OP.add, OP.tee, LOCAL.steps, OP.brIf, 0, OP.end,
    ...write(FIRST, LOCAL.a), ...write(SECOND, LOCAL.b),
    OP.get, LOCAL.chain, ...Array.from({ length: CHAINS - 1 }, (_, i) => [OP.get, LOCAL.chain + i + 1, OP.add]).flat(), OP.end,
  ];
  return [...unsigned(code.length), ...code];
}

function section(id: number, entries: readonly (readonly number[])[]): number[] {
  const content = [...unsigned(entries.length), ...entries.flat()];
  return [id, ...unsigned(content.length), ...content];
}

function text(value: string): number[] {
  return [...unsigned(value.length), ...Buffer.from(value)];
}

/** Returns `n` in the format's variable length. */
function unsigned(n: number): number[] {
  return n < 128 ? [n] : [(n & 127) | 128, ...unsigned(n >>> 7)];
}
