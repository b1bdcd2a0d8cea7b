/** Small programs to see a strategy at work on. */
import type { ExploreOptions } from '../../../src/explore/explore-options.ts';
import { explore, Explorer } from '../../../src/explore/scheduler.ts';
import type { Execution } from '../../../src/explore/execution.ts';
import type { Strategy } from '../../../src/explore/strategy.ts';
import { loadText, type TextCore } from '../../rewrite/compile.ts';

const TEXT = `
import { osyield, procyield, usleep } from '../src/sync/os.ts';
export function work(m: Int32Array, word: number, n: number): void { for (let i = 0; i < n; i++) Atomics.add(m, word, 1); }
export function naps(m: Int32Array, us: number, n: number): void { for (let i = 0; i < n; i++) { usleep(m, us); Atomics.add(m, 5, 1); } }
export function sleepOn(m: Int32Array, word: number): void { while (Atomics.load(m, word) === 0) Atomics.wait(m, word, 0); }
export function wake(m: Int32Array, word: number): void { Atomics.store(m, word, 1); Atomics.notify(m, word); }
export function set(m: Int32Array, word: number): void { Atomics.store(m, word, 1); }
export function spinUntil(m: Int32Array, word: number): void { while (Atomics.load(m, word) === 0) procyield(m, 2); }
export function yieldUntil(m: Int32Array, word: number): void { while (Atomics.load(m, word) === 0) osyield(m); }
export function lookUntil(m: Int32Array, word: number): void { while (Atomics.load(m, word) === 0) Atomics.load(m, 4); }
/** Waits, by looks at the word only, until as many have come. */
export function meet(m: Int32Array, word: number, n: number): void {
  Atomics.add(m, word, 1);
  while (Atomics.load(m, word) < n) procyield(m, 1);
}
/** Fails if another thread has made the word 1 when it looks first, and 2 when it looks again. */
export function sees(m: Int32Array, word: number, before: number): void {
  for (let i = 0; i < before; i++) Atomics.add(m, 6, 1);
  const first = Atomics.load(m, word);
  const second = Atomics.load(m, word);
  if (first === 1 && second === 2) throw new Error('seen');
}
export function shows(m: Int32Array, word: number, before: number): void {
  for (let i = 0; i < before; i++) Atomics.add(m, 7, 1);
  Atomics.store(m, word, 1);
  Atomics.store(m, word, 2);
}
export function looks(m: Int32Array, word: number, n: number): void { for (let i = 0; i < n; i++) Atomics.load(m, word); }
/** Looks, writes once, and looks again as often. */
export function raises(m: Int32Array, word: number, looks: number): void {
  for (let i = 0; i < looks; i++) Atomics.load(m, word);
  Atomics.store(m, word, 1);
  for (let i = 0; i < looks; i++) Atomics.load(m, word);
}
/** Fails if others have added \`most\` to the word while it looked aside for \`gap\` accesses. */
export function looksAside(m: Int32Array, word: number, before: number, gap: number, most: number): void {
  for (let i = 0; i < before; i++) Atomics.add(m, 6, 1);
  const first = Atomics.load(m, word);
  for (let i = 0; i < gap; i++) Atomics.add(m, 6, 1);
  if (Atomics.load(m, word) - first >= most) throw new Error('seen');
}
`;

export type Call = readonly [name: string, ...args: number[]];

/** The texts above, hooked. */
export async function loadPrograms(): Promise<TextCore> {
  return loadText(TEXT, true);
}

export function options(core: TextCore, calls: readonly Call[], strategy: Strategy): ExploreOptions {
  return {
    core,
    template: new Int32Array(128),
    threads: calls.map(([name, ...args]) => (m) => core[name](m, ...(args as never[]))),
    strategy,
    stepLimit: 20_000,
  };
}

export interface Traced extends Execution {
  /** The thread of each access, in order. */
  readonly order: readonly number[];
}

/** Runs `calls` with one seed after another, the strategy learning from each. */
export function runSeeds(core: TextCore, calls: readonly Call[], strategy: Strategy, seeds: readonly number[]): Traced[] {
  let order: number[] = [];
  const monitors = [{ access: (thread: number) => void order.push(thread) }];
  const explorer = new Explorer({ ...options(core, calls, strategy), monitors });
  return seeds.map((seed) => {
    order = [];
    return { ...explorer.run(seed), order };
  });
}

export function run(core: TextCore, calls: readonly Call[], strategy: Strategy, seed = 1): Execution {
  return explore({ ...options(core, calls, strategy), seed });
}

export function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
