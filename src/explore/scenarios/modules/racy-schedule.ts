/**
 * A machine whose goroutines only yield while time passes: the racy loads of the scheduler and of the clock's work, in few
 * accesses. GOGC is off, so no collection runs: the scavenger reads GOGC, and goes on.
 */
import type { Mem } from '../../../memory/struct.ts';
import { clockMs, setClock } from '../../../sync/clock.ts';
import { GOEXIT, ret, yieldTo } from '../../../runtime/goroutine.ts';
import type { GRef } from '../../../machine/g.ts';
import type { MRef } from '../../../machine/m.ts';
import { getInt, prepare, start } from '../../../runtime/mutator.ts';
import type { ModuleOfMachine } from '../module.ts';

const PC = { begin: 0, end: 1, child: 2, leave: 3 } as const;
/** Int of the main goroutine: goroutines beside it. */
const GOROUTINES = 0;
/** Time that passes: a collection is due, the scavenger not yet. */
const PASSES_MS = 130_000;

function begin(m: Mem, mp: MRef, gp: GRef): number {
  for (let i = 0; i < getInt(m, gp, GOROUTINES); i++) start(m, mp, prepare(m, mp, gp, PC.child, 0));
  setClock(m, clockMs(m) + PASSES_MS);
  return PC.end;
}

function end(m: Mem, _mp: MRef, gp: GRef): number {
  return ret(m, gp);
}

function child(m: Mem, _mp: MRef, _gp: GRef): number {
  setClock(m, clockMs(m) + 1);
  return yieldTo(PC.leave);
}

function leave(m: Mem): number {
  setClock(m, clockMs(m) + 1);
  return GOEXIT;
}

export const RACY_SCHEDULE = {
  name: 'racy-schedule',
  summary: 'goroutines yield and end while time passes and the scavenger is woken: only the functions that race on purpose',
  procs: [2, 3],
  shape: () => ({ verify: false }),
  args: () => [1],
  withoutOracle: true,
  steps: [begin, end, child, leave],
  main: { pc: PC.begin, slots: 0 },
} satisfies ModuleOfMachine;
