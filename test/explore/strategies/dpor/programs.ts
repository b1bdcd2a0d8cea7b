/** Small random programs, and all their interleavings by brute force. */
import type { Explorer } from '../../../../src/explore/scheduler.ts';
import { Explorer as Engine } from '../../../../src/explore/scheduler.ts';
import { Rng } from '../../../../src/explore/rng.ts';
import { ACCESS } from '../../../../src/rewrite/sites.ts';
import type { Scene, Strategy } from '../../../../src/explore/strategy.ts';
import { loadText, type TextCore } from '../../../rewrite/compile.ts';

const TEXT = `
import { procyield } from '../src/sync/os.ts';
/** Makes the operations in \`code\`, the last digit first. Returns what it has read. */
export function program(m: Int32Array, code: number, id: number): number {
  let seen = 0;
  for (let left = code; left > 0; left = Math.floor(left / 32)) {
    const word = left % 4;
    const kind = (left >> 2) & 7;
    seen *= 16;
    if (kind === 1) seen += Atomics.load(m, word);
    else if (kind === 2) Atomics.store(m, word, id);
    else if (kind === 3) seen += Atomics.add(m, word, 1);
    else if (kind === 4) seen += Atomics.compareExchange(m, word, 0, id);
    else if (kind === 5) seen += Atomics.wait(m, word, 0) === 'ok' ? 1 : 2;
    else if (kind === 6) seen += Atomics.notify(m, word, 1);
    else if (word === 0) procyield(m, 1);
    else m.fill(id, 0, word);
  }
  return seen;
}
export function lastZero(m: Int32Array, n: number): number {
  let i = n;
  while (Atomics.load(m, i) !== 0) i--;
  return i;
}
export function raise(m: Int32Array, i: number): void { const before = Atomics.load(m, i - 1); Atomics.store(m, i, before + 1); }
export function spin(m: Int32Array, word: number): void { while (Atomics.load(m, word) === 0) Atomics.load(m, 9); }
export function set(m: Int32Array, word: number): void { Atomics.store(m, word, 1); }
export function naps(m: Int32Array, word: number): void { Atomics.wait(m, word, 0, 1); Atomics.add(m, word, 1); }
export function work(m: Int32Array, word: number, n: number): void { for (let i = 0; i < n; i++) Atomics.add(m, word, 1); }
export function throwsIf(m: Int32Array, word: number): void { if (Atomics.load(m, word) !== 0) throw new Error('seen'); }
export function fails(m: Int32Array, word: number): void { Atomics.store(m, word, 1); throw new Error('always'); }
export function storeThenLoad(m: Int32Array, word: number, other: number): number { m[word] = 1; return m[other]; }
`;

export const LOAD = 1;
export const STORE = 2;
export const ADD = 3;
export const CAS = 4;
export const WAIT = 5;
export const NOTIFY = 6;
/** Fills the words before its own; a pause if its own is word 0. */
export const FILL = 7;

/** Longer executions have no class: it has as many pairs of accesses. */
const LONGEST = 200;

export type Operation = readonly [kind: number, word: number];

export function loadPrograms(): Promise<TextCore> {
  return loadText(TEXT, true);
}

/** Returns the argument of `program` that makes `operations`. */
export function codeOf(operations: readonly Operation[]): number {
  return operations.reduceRight((code, [kind, word]) => 32 * code + 4 * kind + word, 0);
}

/** Draws the operations of each thread. */
export function draw(seed: number, threads: number, operations: number, words: number, kinds: readonly number[]): Operation[][] {
  const rng = new Rng(seed);
  return Array.from({ length: threads }, () => Array.from({ length: operations }, () => [kinds[rng.below(kinds.length)], rng.below(words)] as const));
}

/** Takes any thread at each access. It knows only the path to the next execution. */
export class Everything implements Strategy {
  readonly name = 'everything';
  readonly asksOnWake = true;
  readonly budget = 1;
  exhausted = false;
  readonly #taken: number[] = [];
  readonly #of: number[] = [];
  #at = 0;

  begin(): void {
    this.#at = 0;
  }

  next(scene: Scene): number {
    const able = [...scene.runnable.subarray(0, scene.runnableCount), ...scene.sleeping.subarray(0, scene.sleepingCount)];
    return able[this.choose(scene, able.length)];
  }

  choose(_scene: Scene, count: number): number {
    const at = this.#at++;
    if (at === this.#taken.length) {
      this.#taken.push(0);
      this.#of.push(count);
    }
    return this.#taken[at];
  }

  end(): void {
    while (this.#taken.length > 0 && this.#taken.at(-1)! + 1 === this.#of.at(-1)) {
      this.#taken.pop();
      this.#of.pop();
    }
    if (this.#taken.length > 0) this.#taken[this.#taken.length - 1]++;
    else this.exhausted = true;
  }
}

interface Access {
  readonly thread: number;
  readonly kind: number;
  readonly index: number;
  readonly value: number;
  readonly old: number;
}

export interface Found {
  readonly executions: number;
  /** Final memories, results and verdicts. */
  readonly ends: Set<string>;
  /** Orders of dependent accesses. */
  readonly classes: Set<string>;
  readonly verdicts: Set<string>;
}

export type Call = readonly [name: string, ...args: number[]];

/** Runs `calls` until the strategy is exhausted. */
export function search(core: TextCore, calls: readonly Call[], strategy: Strategy, memory: 'sc' | 'tso' | 'js' = 'sc'): Found {
  let trace: Access[] = [];
  const explorer: Explorer = new Engine({
    core,
    template: new Int32Array(64),
    threads: calls.map(([name, ...args]) => (m) => core[name](m, ...(args as never[]))),
    strategy,
    memory,
    stepLimit: 20_000,
    monitors: [{ access: (thread, _site, kind, index, value, old) => void trace.push({ thread, kind, index, value, old }) }],
  });
  const found = { executions: 0, ends: new Set<string>(), classes: new Set<string>(), verdicts: new Set<string>() };
  while (strategy.exhausted !== true) {
    trace = [];
    const { verdict, results } = explorer.run(0);
    found.executions++;
    found.verdicts.add(verdict);
    found.ends.add(`${verdict} ${explorer.m.subarray(0, 10).join()} ${results.join()}`);
    if (trace.length <= LONGEST) found.classes.add(classOf(trace));
    if (found.executions > 200_000) throw new Error('it goes on for ever');
  }
  return found;
}

/** The programs of `draw`, as calls. */
export function callsOf(threads: readonly (readonly Operation[])[]): Call[] {
  return threads.map((operations, i) => ['program', codeOf(operations), i + 1]);
}

/** Returns the order of each pair of dependent accesses, which is the same for equivalent executions only. */
function classOf(trace: readonly Access[]): string {
  const counts: number[] = [];
  const numbered = trace.map((access) => ({ ...access, name: `${access.thread}.${(counts[access.thread] = (counts[access.thread] ?? 0) + 1)}` }));
  const pairs = numbered.flatMap((later, i) => numbered.slice(0, i).filter((earlier) => earlier.thread !== later.thread && depend(earlier, later)).map(({ name }) => `${name}<${later.name}`));
  return `${counts.join()} ${pairs.sort().join(' ')}`;
}

/** Dependence, from what the hooks report alone. */
function depend(a: Access, b: Access): boolean {
  if (a.kind === ACCESS.fill || b.kind === ACCESS.fill) return true;
  if (a.index !== b.index) return false;
  return changes(a) || changes(b) || (queues(a) && queues(b) && (moves(a) || moves(b)));
}

const STORES: ReadonlySet<number> = new Set([ACCESS.store, ACCESS.atomicStore, ACCESS.rmw, ACCESS.cas]);

function changes({ kind, value, old }: Access): boolean {
  return STORES.has(kind) && value !== old;
}

/** Waits that sleep, notifies, and accesses that may write but have not: the strategy does not tell those from notifies. */
function queues(access: Access): boolean {
  return access.kind === ACCESS.wait || access.kind === ACCESS.notify || access.kind === ACCESS.casFailed || STORES.has(access.kind);
}

function moves({ kind, value }: Access): boolean {
  return kind === ACCESS.wait || (kind === ACCESS.notify && value > 0);
}
