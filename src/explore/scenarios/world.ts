/** Several goroutines stop and start the world while others begin, park and end. */
import { CONFIG, Config } from '../../memory/config.ts';
import type { MachineShape } from '../../memory/map.ts';
import { M, mAt } from '../../machine/m.ts';
import { SCHED, Sched, XGCWAITING } from '../../machine/sched.ts';
import { isGcDue, isScavengeDue } from '../../sync/clock.ts';
import { prepareMachine } from './machine.ts';
import type { Operation, Operations } from './operation.ts';
import { procsKnob, type Knob, type Knobs, type Scenario } from './scenario.ts';
import { tinyShape } from './tiny-shape.ts';
import { checkCycles } from './cycles.ts';
import { ordersFor } from './told.ts';

/** No automatic collections: forced ones keep an execution short. */
const GOGC = -1;

/** The profiler's hash table takes most of the persistent memory. */
const PROFILED: Partial<MachineShape> = { memprofileRate: 1, persistentWords: 1 << 18 };
const PROFILE: Knob = { name: 'profile', summary: '1: every block is sampled by the profiler', values: [1, 0] };

/** Differences between the scenarios. */
interface WorldMeans {
  /** Values of the knob `waits`. */
  readonly waits?: readonly number[];
  readonly procs?: readonly number[];
  readonly changes?: Partial<MachineShape>;
  /** The checks depend on every operation: none can be left out. */
  readonly isFixed?: boolean;
  /** Has the knob `profile`. */
  readonly profiled?: boolean;
  /** Examines the memory that the Ms leave. Returns the problem, or ''. */
  check?(m: Int32Array): string;
}

function worldScenario(name: string, summary: string, all: Operations, { waits = [1, 0], procs = [3, 2, 4], changes = {}, profiled = false, isFixed = false, check = () => '' }: WorldMeans = {}): Scenario {
  function shape(knobs: Knobs): MachineShape {
    return tinyShape({ procs: knobs.procs, maxGs: 12, ...changes, ...((knobs.profile ?? 0) === 0 ? {} : PROFILED) });
  }
  return {
    name,
    summary,
    knobs: [procsKnob(...procs), { name: 'waits', summary: '0: the main goroutine ends while the others run', values: waits }, ...(profiled ? [PROFILE] : [])],
    shape,
    ...(isFixed ? {} : { operations: () => all }),
    prepare(core, { knobs, operations }, makeOracle) {
      const orders = ordersFor(isFixed ? all : operations, core.WORLD_ORDERS);
      const program = { ...core.WORLD, args: [knobs.waits], build: (m: Int32Array, m0: number) => core.buildWorld(m, m0, orders) };
      const prepared = prepareMachine(core, shape(knobs), GOGC, program, makeOracle);
      return { ...prepared, check: (m, results) => check(m) || prepared.check(m, results) || checkQuiet(m) };
    },
  };
}

/** Checks that no M stops the world, waits for it, spins, or is in a critical section after the end. Returns the problem, or ''. */
export function checkQuiet(m: Int32Array): string {
  const at = Sched.at;
  const found = { worldsema: m[SCHED + at.xworldsema], gcwaiting: m[XGCWAITING], stopwait: m[SCHED + at.stopwait], nmspinning: m[SCHED + at.xnmspinning] };
  const isQuiet = found.worldsema === 1 && found.gcwaiting === 0 && found.stopwait === 0 && found.nmspinning === 0;
  if (!isQuiet) return `WORLD_NOT_QUIET: after the end ${Object.entries(found).map(([what, value]) => `${what} is ${value}`).join(', ')}`;
  for (let i = 0; i < m[CONFIG + Config.at.nprocs]; i++) {
    const mp = mAt(m, i);
    if (m[mp + M.at.locks] !== 0) return `M_LOCKS: M ${i} has left with locks ${m[mp + M.at.locks]}`;
  }
  return '';
}

const STOP: Operation = ['rate'];

export const stopTheWorld = worldScenario('stop-the-world', 'goroutines stop the world at the same time, while others are readied, park and end', [
  [STOP, ['signal', 1], ['yield'], STOP],
  [['await', 1], STOP, ['go'], ['await', 2]],
  [['yield'], STOP, ['signal', 2], ['go'], STOP],
]);

export const collectAtOnce = worldScenario('collect-at-once', 'goroutines collect, read MemStats and allocate at the same time', [
  [['collect'], ['alloc', 0, 64], ['signal', 1]],
  [['alloc', 0, 2048], ['collect', 1], ['await', 1]],
  [STOP, ['stats'], ['go']],
]);

export const endWhileStopped = worldScenario(
  'end-while-stopped',
  'the main goroutine ends while other Ms stop the world, are stopped, or idle',
  [
    [STOP, ['yield'], STOP],
    [['yield'], STOP, STOP],
  ],
  { waits: [0, 1] },
);

export const statistics = worldScenario('statistics', 'GOGC changes and MemStats are read while others allocate, collect and release memory', [
  [['alloc', 0, 2048], ['goal', 0, 50], ['alloc', 0, 40 << 10], ['percent', 0, 300]],
  [['alloc', 0, 40 << 10], ['alloc', 0, 1024], ['stats', 1], ['percent', 0, 20], ['alloc', 0, 2048]],
  [['percent', 0, 400], ['release'], ['alloc', 0, 64], ['stats']],
]);

/** Timed work wakes one goroutine, which is created once and sleeps between its tasks. */
export const byTheClock = worldScenario('by-the-clock', 'time passes: the scavenger, which also collects every two minutes, is woken while goroutines run', [
  [['tick', 3], ['alloc', 0, 2048], ['yield'], ['tick', 3], ['yield']],
  [['alloc', 0, 40 << 10], ['tick', 3], ['collect'], ['yield'], ['tick', 3], ['yield']],
]);

/** On one P, all timed work that was due is done by the end. */
function checkClock(m: Int32Array): string {
  if (m[CONFIG + Config.at.nprocs] > 1 || (!isGcDue(m) && !isScavengeDue(m))) return '';
  return `CLOCK_IGNORED: the scavenger sleeps, and ${isGcDue(m) ? 'a collection' : 'a scavenge'} is still due`;
}

/** One P: timed work is done between two steps of the only other goroutine. */
export const clockAlone = worldScenario(
  'clock-alone',
  'timed work happens when due, and only then: a collection after two minutes, a release of memory after five',
  [[
    // With GOGC off there is no timed collection either.
    ['percent', 0, 1000], ['alloc', 0, 40 << 10], ['alloc', 0, 64], ['collect', 1], ['cycles', 1], ['released', 0],
    ['tick', 1], ['yield'], ['yield'], ['cycles', 1], ['tick', 2], ['yield'], ['yield'], ['cycles', 2], ['released', 0],
    // More than two minutes, and less than the scavenger's period.
    ['tick', 1], ['yield'], ['yield'], ['cycles', 2], ['tick', 1, 10], ['yield'], ['yield'], ['cycles', 3],
    ['tick', 6], ['yield'], ['yield'], ['cycles', 4], ['released', 1],
    ['alloc', 0, 2048],
  ]],
  { waits: [1], procs: [1, 2], isFixed: true, check: checkClock },
);

export const systemCalls = worldScenario('system-calls', 'goroutines enter and leave system calls while others stop the world and collect', [
  [['syscall'], ['collect'], ['syscall', 2], ['syscall'], STOP],
  [['collect'], ['syscall', 1], STOP, ['syscall'], ['collect']],
  [['syscall', 1], ['syscall'], ['alloc', 0, 64], ['syscall', 3], STOP, ['syscall']],
]);

export const traced = worldScenario(
  'traced',
  'every cycle is logged as for gctrace, while goroutines allocate',
  [
    [['alloc', 0, 2048], ['alloc', 0, 4], ['collect'], ['alloc', 0, 40 << 10], ['alloc', 0, 64]],
    [['alloc', 0, 2048], ['collect', 1], ['alloc', 0, 4], ['alloc', 0, 4], ['stats', 1]],
    [['alloc', 0, 64], ['stats'], ['collect'], ['alloc', 0, 64], ['collect', 1], ['alloc', 0, 64], ['collect']],
  ],
  { changes: { gctrace: true, cycleLogCap: 8 }, profiled: true, check: checkCycles },
);
