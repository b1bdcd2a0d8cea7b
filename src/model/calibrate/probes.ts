/**
 * The probes that measure a machine. Each runs for some milliseconds on a worker thread and returns
 * ns. A probe of two threads runs on both at once, as `side` 0 and 1.
 */
import type { Mem } from '../../memory/struct.ts';
import { nanotime } from '../../base/clock.ts';
import { GRAPH_SEED, xorshift32 } from '../../base/random.ts';
import { procyield } from '../../sync/os.ts';
import { atomicNs } from './atomics.ts';
import { chasePages, chaseStreams, follow, scatterPages, scatterRmw } from './memory-probes.ts';
import { pinThread } from './pin-thread.ts';
import { measureWindow } from './window.ts';

export type ProbeName =
  | 'chase' | 'stream' | 'scatter' | 'mispredict' | 'range'
  | 'atomicLoad' | 'atomicStore' | 'rmw'
  | 'pages' | 'scatterPages' | 'streams' | 'scatterRmw' | 'window'
  | 'pingPong' | 'wake' | 'sleep' | 'pause';

export interface ProbeTask {
  readonly probe: ProbeName;
  readonly memory: SharedArrayBuffer;
  readonly side: 0 | 1;
  /** Of 'streams' their number. */
  readonly count?: number;
  /** The only processor that the thread may use, from this task on. */
  readonly cpu?: number;
}

const LINE_WORDS = 16;
/** Rounds of 'pingPong', and the round trips of each. */
const TRIP_ROUNDS = 1000;
const TRIPS = 100;
/** Words that two threads share, each on a line of its own. */
const TURN = 0;
const READY = 64;
const SLEEP = 128;
const CALLED = 192;

/** Runs one probe over the given memory. Returns the ns of one operation. */
export function runProbe({ probe, memory, side, cpu, count = 1 }: ProbeTask): number {
  if (cpu !== undefined) pinThread(cpu);
  const m = new Int32Array(memory);
  switch (probe) {
    case 'chase':
      return chase(m);
    case 'stream':
      return stream(m);
    case 'atomicLoad':
      return atomicNs('load');
    case 'atomicStore':
      return atomicNs('store');
    case 'rmw':
      return atomicNs('rmw');
    case 'pages':
      return chasePages(m);
    case 'scatterPages':
      return scatterPages(m);
    case 'streams':
      return chaseStreams(m, count);
    case 'scatterRmw':
      return scatterRmw(m);
    case 'window':
      return measureWindow(memory.byteLength);
    case 'pause':
      return perOperation(m, 20_000, pauseMany);
    case 'pingPong':
      return pingPong(m, side);
    case 'wake':
      return wake(m, side);
    case 'sleep':
      return sleep(m);
    case 'range':
      return perLine(m);
    case 'scatter':
      return scatter(m);
    case 'mispredict':
      return mispredict(m);
  }
}

type Operation = (m: Mem, n: number) => number;

/** Returns the least of some repetitions: disturbances only add time. */
function perOperation(m: Mem, n: number, operation: Operation): number {
  let best = Infinity;
  for (let i = 0; i < 7; i++) {
    const started = nanotime();
    operation(m, n);
    best = Math.min(best, (nanotime() - started) / n);
  }
  return best;
}

function pauseMany(m: Mem, n: number): number {
  procyield(m, n);
  return 0;
}

/** Follows one random cycle through all lines (Sattolo): each load depends on the last. */
function chase(m: Mem): number {
  const lines = m.length / LINE_WORDS;
  for (let i = 0; i < lines; i++) m[i * LINE_WORDS] = i * LINE_WORDS;
  let x = GRAPH_SEED;
  for (let i = lines - 1; i > 0; i--) {
    x = xorshift32(x);
    const j = (x >>> 0) % i;
    const other = m[j * LINE_WORDS];
    m[j * LINE_WORDS] = m[i * LINE_WORDS];
    m[i * LINE_WORDS] = other;
  }
  return follow(m, 0, lines);
}

/** Independent loads from random places. */
function scatter(m: Mem): number {
  // Unwritten pages all map to the same zero page.
  m.fill(1);
  return perOperation(m, 2_000_000, scatterMany);
}

/** Precondition: the number of words is a power of two. */
function scatterMany(m: Mem, n: number): number {
  let sum = 0;
  let x = 1;
  for (let i = 0; i < n; i++) {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) | 0;
    sum = (sum + m[(x >>> 4) & (m.length - 1)]) | 0;
  }
  return sum;
}

/** Cost of a misprediction: half of the branches on random bits are mispredicted, none on zeros. */
function mispredict(m: Mem): number {
  m.fill(0);
  const foreseen = perOperation(m, m.length, branchMany);
  let x = GRAPH_SEED;
  for (let i = 0; i < m.length; i++) {
    x = xorshift32(x);
    m[i] = x & 1;
  }
  return Math.max(0, 2 * (perOperation(m, m.length, branchMany) - foreseen));
}

function branchMany(m: Mem, n: number): number {
  let sum = 0;
  let other = 0;
  for (let i = 0; i < n; i++) {
    if (m[i] !== 0) sum = (sum + Math.imul(i, 3)) | 0;
    else other = (other ^ (i << 2)) | 0;
  }
  return sum + other;
}

/** Reads one word of each line in order. */
function stream(m: Mem): number {
  m.fill(1);
  const lines = m.length / LINE_WORDS;
  let best = Infinity;
  for (let round = 0; round < 5; round++) {
    let sum = 0;
    const started = nanotime();
    for (let i = 0; i < m.length; i += LINE_WORDS) sum += m[i];
    best = Math.min(best, (nanotime() - started) / lines);
    if (sum !== lines) throw new Error('lines are missing');
  }
  return best;
}

/** Fills and copies; ns of a line. */
function perLine(m: Mem): number {
  const half = m.length / 2;
  let best = Infinity;
  for (let round = 0; round < 7; round++) {
    const started = nanotime();
    for (let i = 0; i < 1000; i++) m.copyWithin(half, 0, half);
    best = Math.min(best, (nanotime() - started) / 1000 / (half / LINE_WORDS));
  }
  return best;
}

/**
 * Both threads alternate CASes on one word. Returns half a round trip: the tenth percentile of many rounds, each of which is so
 * short that most run with both threads on their processors.
 */
function pingPong(m: Mem, side: number): number {
  meet(m);
  const samples: number[] = [];
  let at = side;
  for (let round = 0; round < TRIP_ROUNDS; round++) {
    const started = nanotime();
    for (let i = 0; i < TRIPS; i++) {
      while (Atomics.compareExchange(m, TURN, at, at + 1) !== at);
      at += 2;
    }
    samples.push((nanotime() - started) / (2 * TRIPS));
  }
  return samples.sort((a, b) => a - b)[Math.floor(TRIP_ROUNDS / 10)];
}

/** Side 0: time from just before Atomics.notify until the woken thread runs. Side 1: time of the call. */
function wake(m: Mem, side: number): number {
  meet(m);
  /** Time of the call that woke the other. */
  const called = new Float64Array(m.buffer, 4 * CALLED, 1);
  const samples: number[] = [];
  for (let round = 1; round <= 200; round++) {
    if (side === 0) {
      Atomics.store(m, READY + 16, round);
      Atomics.wait(m, SLEEP, round - 1);
      samples.push(nanotime() - called[0]);
      Atomics.store(m, READY + 32, round);
      Atomics.notify(m, READY + 32);
    } else {
      while (Atomics.load(m, READY + 16) !== round);
      // The other announces its sleep before it falls asleep.
      const until = nanotime() + 200_000;
      while (nanotime() < until);
      const started = nanotime();
      called[0] = started;
      Atomics.store(m, SLEEP, round);
      Atomics.notify(m, SLEEP, 1);
      samples.push(nanotime() - started);
      while (Atomics.load(m, READY + 32) !== round) Atomics.wait(m, READY + 32, round - 1, 1);
    }
  }
  return middle(samples);
}

/** Time of a sleep of a microsecond beyond that microsecond. */
function sleep(m: Mem): number {
  const samples: number[] = [];
  for (let i = 0; i < 200; i++) {
    const started = nanotime();
    Atomics.wait(m, SLEEP, 0, 0.001);
    samples.push(nanotime() - started - 1000);
  }
  return middle(samples);
}

/** Returns when both threads have arrived. */
function meet(m: Mem): void {
  Atomics.add(m, READY, 1);
  while (Atomics.load(m, READY) < 2);
}

function middle(samples: number[]): number {
  return samples.sort((a, b) => a - b)[samples.length >> 1];
}
