/** A machine counts as hung by the time observed and by its state. */
import { describe, expect, it } from 'vitest';
import { Patience } from '../../../src/run/threads/patience.ts';
import { Stillness } from '../../../src/run/threads/stillness.ts';
import { M, PHASE, mAt } from '../../../src/machine/m.ts';
import { SCHED, Sched } from '../../../src/machine/sched.ts';
import { mallocgc } from '../../../src/malloc/malloc.ts';
import { PROGRAM_BASE, boot, planMemory, startMain } from '../../../src/runtime/boot.ts';
import { getGlobal, getInt, setGlobal, setInt, storeInt } from '../../../src/runtime/mutator.ts';
import { shapeFor } from '../../../src/run/shape.ts';

const TICK = 200;

/** A clock in ms that only the test advances. */
class Clock {
  ms = 0;
  readonly ns = () => this.ms * 1e6;
}

describe('patience', () => {
  it('ends just after the limit, counted from the last progress', () => {
    const clock = new Clock();
    const patience = new Patience(4, clock.ns);
    const ended: number[] = [];
    for (let i = 0; i < 100; i++) {
      clock.ms += TICK;
      if (patience.look(clock.ms === 2000)) ended.push(clock.ms);
    }
    expect(ended[0]).toBe(2000 + 4000 + TICK);
  });

  it('counts at most a second of a gap in which the process was suspended or busy', () => {
    const clock = new Clock();
    const patience = new Patience(20, clock.ns);
    for (let i = 0; i < 10; i++) {
      clock.ms += 26_000;
      expect(patience.look(false)).toBe(false);
    }
    expect(patience.spent).toBeCloseTo(0.5);
  });
});

/** Returns the reports about a machine whose M 0 runs step 1 of the main goroutine. `during` is called every tick. */
function watched(module: string | undefined, during: (tick: number, m: Int32Array, mp: number, gp: number) => void, ticks = 100) {
  const map = planMemory(shapeFor({ procs: 2, arena: 1 << 20 }, { arenaBytes: 1 << 20, globals: 4, goroutines: 2 }));
  const m = new Int32Array(new SharedArrayBuffer(map.words * 4));
  const m0 = boot(m, map, 100);
  startMain(m, m0, 1, 2);
  const gp = m[SCHED + Sched.at.maing];
  m[m0 + M.at.phase] = PHASE.running;
  m[m0 + M.at.curg] = gp;
  const names = Array.from({ length: PROGRAM_BASE + 2 }, (_, i) => (i === PROGRAM_BASE + 1 ? 'work' : ''));
  const clock = new Clock();
  const stillness = new Stillness(m, map, { names, module }, 4, clock.ns);
  for (let tick = 1; tick <= ticks; tick++) {
    clock.ms += TICK;
    during(tick, m, mAt(m, 0), gp);
    const error = stillness.look();
    if (error !== undefined) return { ms: clock.ms, said: `${error.name}: ${error.message}` };
  }
  return undefined;
}

const beat = (m: Int32Array, mp: number) => m[mp + M.at.heartbeat]++;

describe('a machine', () => {
  it('is stuck if a step does not return', () => {
    expect(watched('./x.mjs', (tick, m, mp) => tick === 1 && beat(m, mp))).toEqual({
      ms: 4000 + TICK, said: 'WorkloadError: workload module ./x.mjs: step 1 (work) of goroutine 1 has not returned for 4 s; a step must do a little and return, so that the world can be stopped',
    });
  });

  it('is stuck if a step that began late does not return', () => {
    const { ms, said } = watched('./x.mjs', (tick, m, mp) => tick === 12 && beat(m, mp)) ?? {};
    expect(said).toMatch(/step 1 \(work\) of goroutine 1 has not returned/);
    expect(ms).toBeGreaterThan(4000 + TICK);
  });

  it('is stuck if no step runs', () => {
    expect(watched('./x.mjs', (_, m, mp) => (m[mp + M.at.phase] = PHASE.sweep))?.said).toBe('MachineStuck: nothing has moved for 4 s');
  });

  it('loops if steps return and change nothing', () => {
    const { ms, said } = watched('./x.mjs', (_, m, mp) => beat(m, mp)) ?? {};
    expect(ms).toBe(4000 + TICK);
    expect(said).toMatch(/^WorkloadError: workload module \.\/x\.mjs: goroutine 1 goes in a circle: for 4 s its steps have returned, .*step 1 \(work\)/);
  });

  it('loops if the memory returns to an earlier state', () => {
    expect(watched('./x.mjs', (tick, m, mp) => { beat(m, mp); setGlobal(m, 0, tick % 3); })?.said).toMatch(/in a circle/);
  });

  it("makes progress by steps alone if the workload is built in", () => {
    expect(watched(undefined, (_, m, mp) => beat(m, mp))).toBeUndefined();
  });

  it.each<[string, (tick: number, m: Int32Array, mp: number, gp: number) => void]>([
    ['counts', (tick, m, mp, gp) => { beat(m, mp); if (tick % 15 === 0) setInt(m, gp, 3, getInt(m, gp, 3) + 1); }],
    ['allocates', (tick, m, mp) => { beat(m, mp); if (tick % 15 === 0) mallocgc(m, mp, 64, 0); }],
    ['computes with an object', (tick, m, mp) => { beat(m, mp); if (tick === 1) setGlobal(m, 0, mallocgc(m, mp, 64, 0)); storeInt(m, getGlobal(m, 0), 0, tick); }],
  ])('makes progress if a step %s', (_, during) => {
    expect(watched('./x.mjs', during)).toBeUndefined();
  });
});
