/**
 * The world stops before an M that was woken runs. There is no scheduler:
 *
 *     M 0      wakes an idle M to spin, then stops and starts the world again and again, and wakes it once more
 *     M 1      runs a goroutine, and reaches safe points
 *     M 2      is idle, and leaves when it has been woken
 *
 * The stop takes the P of a woken M back, and no M may run while the world is stopped. Every M gets its P in the end.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import type { Ref } from '../../../memory/address.ts';
import { PHASE, mAt, type MRef } from '../../../machine/m.ts';
import { SCHED, Sched, XGCWAITING } from '../../../machine/sched.ts';
import { stopm, wakep } from '../../../runtime/idle.ts';
import { mexit } from '../../../runtime/schedule.ts';
import { acquireWorld, entersyscall, releaseWorld, safepoint, starttheworld, stoptheworld } from '../../../runtime/world.ts';
import { runningGoroutine } from '../programs/running-goroutine.ts';
import type { ModulePerM } from '../module.ts';

/** Stopped worlds, and safe points that M 1 reaches. */
const STOPS = 2;
const SAFE_POINTS = 4;
/** The M that is idle. */
const IDLE = 2;

/** The word of the scenario: 1 while the world is stopped. */
function stopped(m: Mem): Ref {
  return m[CONFIG + Config.at.bss];
}

function build(m: Mem, m0: MRef): void {
  runningGoroutine(m, m0, m0, 1);
  runningGoroutine(m, m0, mAt(m, 1), 1);
}

/** Returns the problem that this M has found, or ''. */
function run(m: Mem, index: number): string {
  const mp = mAt(m, index);
  if (index === 0) return stopAndStart(m, mp);
  if (index === IDLE) {
    stopm(m, mp, PHASE.idle);
    const problem = ranStopped(m, index);
    mexit(m, mp);
    return problem;
  }
  let problem = '';
  for (let i = 0; i < SAFE_POINTS && problem === ''; i++) {
    safepoint(m, mp);
    problem = ranStopped(m, index);
  }
  entersyscall(m, mp);
  return problem;
}

function stopAndStart(m: Mem, mp: MRef): string {
  wakep(m, mp);
  for (let i = 0; i < STOPS; i++) {
    acquireWorld(m, mp);
    stoptheworld(m, mp);
    Atomics.store(m, stopped(m), 1);
    Atomics.store(m, stopped(m), 0);
    releaseWorld(m);
    starttheworld(m, mp);
  }
  wakep(m, mp);
  entersyscall(m, mp);
  return '';
}

function ranStopped(m: Mem, index: number): string {
  return Atomics.load(m, stopped(m)) === 0 ? '' : `RAN_STOPPED: M ${index} runs while the world is stopped`;
}

/** The world runs, and no M counts as spinning. */
function check(m: Mem, results: readonly unknown[]): string {
  const found = { worldsema: Atomics.load(m, SCHED + Sched.at.xworldsema), gcwaiting: Atomics.load(m, XGCWAITING), spinning: Atomics.load(m, SCHED + Sched.at.xnmspinning) };
  if (found.worldsema !== 1 || found.gcwaiting !== 0 || found.spinning !== 0) return `WORLD_NOT_QUIET: worldsema ${found.worldsema}, gcwaiting ${found.gcwaiting}, ${found.spinning} Ms spin`;
  return (results as readonly string[]).find((problem) => problem !== '') ?? '';
}

export const WOKEN_STOPPED = {
  name: 'woken-stopped',
  summary: 'the world is stopped before an M that was woken to spin, or to go on, runs its P',
  procs: [3],
  withoutOracle: true,
  build,
  run,
  check,
} satisfies ModulePerM;
