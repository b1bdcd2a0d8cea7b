import { describe, expect, it } from 'vitest';
import { DEBUG } from '../../src/memory/config.ts';
import type { Mem } from '../../src/memory/struct.ts';
import type { GRef } from '../../src/machine/g.ts';
import type { MRef } from '../../src/machine/m.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { free } from '../../src/malloc/free.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';
import { TRACE, drainTrace, type TraceEvent } from '../../src/malloc/trace.ts';
import { PROGRAM_BASE } from '../../src/runtime/boot.ts';
import { GOEXIT, call, ret } from '../../src/runtime/goroutine.ts';
import { collect, getInt, newObject, prepare, setInt, setSlot, start } from '../../src/runtime/mutator.ts';
import { settle } from '../../src/runtime/settle.ts';
import { formatTrace } from '../../src/inspect/trace.ts';
import { bootCore, runCore, runMain } from '../support/core-machine.ts';
import { sweepgen } from '../support/command.ts';

const debug = DEBUG.allocfreetrace;

const of = (events: readonly TraceEvent[], kind: number) => events.filter((event) => event.kind === kind);

describe('allocfreetrace', () => {
  it('logs every malloc and every free, with block and size', () => {
    const blocks: number[] = [];
    const { m } = runCore({ debug }, -1, (m, mp, gp) => {
      for (const size of [8, 24, 500, 32_768, 50_000]) blocks.push(newObject(m, mp, gp, 0, size, 0));
      setSlot(m, gp, 0, 0);
      collect(m, mp, true);
    });
    const events = drainTrace(m);
    const expected = blocks.map((p, i) => [p, [8, 32, 512, 32_768, 57_344][i]]);
    expect(of(events, TRACE.alloc).map(({ p, size }) => [p, size])).toEqual(expected);
    expect(of(events, TRACE.free).map(({ p, size }) => [p, size]).toSorted()).toEqual(expected.toSorted());
  });

  it.each([64, 50_000])('logs an explicit free of a block of %i bytes at once', (size) => {
    let p = 0;
    const { m } = runCore({ debug }, -1, (m, mp, gp) => {
      p = newObject(m, mp, gp, 0, size, 0);
      setSlot(m, gp, 0, 0);
      free(m, mp, p);
    });
    expect(of(drainTrace(m), TRACE.free)).toMatchObject([{ p }]);
  });

  it('logs one malloc for the tiny objects that share a block', () => {
    const { m } = runCore({ debug }, -1, (m, mp, gp) => {
      for (let i = 0; i < 4; i++) newObject(m, mp, gp, 0, 4, FLAG_NOSCAN);
    });
    expect(drainTrace(m)).toMatchObject([{ kind: TRACE.alloc, size: 16 }]);
  });

  it('logs no free for live blocks and for those that were free before', () => {
    const { m } = runCore({ debug }, -1, (m, mp, gp) => {
      newObject(m, mp, gp, 0, 64, 0);
      const dropped = newObject(m, mp, gp, 1, 64, 0);
      setSlot(m, gp, 1, 0);
      collect(m, mp, true);
      expect(of(drainTrace(m), TRACE.free).map(({ p }) => p)).toEqual([dropped]);
      collect(m, mp, true);
    });
    expect(of(drainTrace(m), TRACE.free)).toEqual([]);
  });

  it('logs the call stack, innermost step first', () => {
    const { m } = runCore({ debug }, -1, function* (m, mp, gp) {
      start(m, mp, prepare(m, mp, gp, 1, 1));
      yield;
      yield;
    }, [outer, inner, deep]);
    const [first, second] = of(drainTrace(m), TRACE.alloc);
    const steps = (event: TraceEvent) => event.pcs.map((pc) => pc - PROGRAM_BASE);
    expect([steps(first), steps(second)]).toEqual([[2, 4], [3, 3, 3, 4]]);
    const names = [...Array.from({ length: PROGRAM_BASE }, () => ''), 'main', 'outer', 'inner', 'deep'];
    expect(formatTrace(second, names, 2)).toMatch(/^tracealloc\(0xc0[0-9a-f]{8}, 0x30\) goroutine 2 \[running\]: deep <- deep <- deep <- step \d+$/);
  });

  it('ends a stack too deep for an event with the number of frames left out', () => {
    const { m } = runCore({ debug, stackWords: 4096 }, -1, function* (m, mp, gp) {
      const deepOne = prepare(m, mp, gp, 3, 1);
      setInt(m, deepOne, 0, 100);
      start(m, mp, deepOne);
      for (let i = 0; i < 4; i++) yield;
    }, [outer, inner, deep]);
    const [event] = of(drainTrace(m), TRACE.alloc);
    expect(event.pcs.length + event.elided).toBe(101);
    expect(formatTrace(event, [], 1)).toMatch(/^tracealloc\(0x[1-9a-f][0-9a-f]*, 0x30\) .* <- \.\.\.79 more frames$/);
  });

  it('shows the goroutines at each collection', () => {
    const { m } = runCore({ debug }, -1, (m, mp) => {
      collect(m, mp, false);
      collect(m, mp, false);
    });
    const lines = drainTrace(m).map((event) => formatTrace(event, ['bgsweep'], 2));
    expect(lines).toEqual([
      'tracegc()', `goroutine 1 [garbage collection]: step ${PROGRAM_BASE}`, 'end tracegc',
      'tracegc()', `goroutine 1 [garbage collection]: step ${PROGRAM_BASE}`, 'goroutine 2 [runnable]: bgsweep', 'end tracegc',
    ]);
  });

  it('logs nothing before the machine runs, when no watcher reads the ring', () => {
    const machine = bootCore({ debug });
    for (let i = 0; i < 1000; i++) mallocgc(machine.m, machine.m0, 64, 0);
    runMain(machine, () => {});
    expect(drainTrace(machine.m)).toEqual([]);
  });

  it('logs nothing without the flag', () => {
    const { m } = runCore({}, 100, (m, mp, gp) => {
      newObject(m, mp, gp, 0, 64, 0);
      collect(m, mp, true);
    });
    settle(m);
    expect(drainTrace(m)).toEqual([]);
  });
});

function outer(m: Mem, _mp: MRef, gp: GRef): number {
  return call(m, gp, 2, 1, 4);
}

function inner(m: Mem, mp: MRef, gp: GRef): number {
  newObject(m, mp, gp, 0, 16, 0);
  setInt(m, gp, 0, 2);
  return 3;
}

/** Calls itself as often as int 0 says, then allocates. */
function deep(m: Mem, mp: MRef, gp: GRef): number {
  const left = getInt(m, gp, 0);
  setInt(m, gp, 0, left - 1);
  if (left > 0) return call(m, gp, 3, 1, 3);
  if (left < 0) return GOEXIT;
  newObject(m, mp, gp, 0, 48, 0);
  return ret(m, gp);
}

describe('allocfreetrace on threads', () => {
  it('loses none of more events than the ring holds, and frees each block between two mallocs of it', async () => {
    const { code, err } = await sweepgen(['run', 'churn', '--set', 'count=6000', '--set', 'ring=500', '--set', 'threads=3', '--procs', '2', '--gogc', '50', '--gc-every', '20', '--godebug', 'allocfreetrace']);
    expect(code).toBe(0);
    const live = new Set<string>();
    let mallocs = 0;
    for (const line of err.trimEnd().split('\n')) {
      const event = /^trace(alloc|free)\((0x[0-9a-f]+), 0x[0-9a-f]+\) (?:goroutine \d+ \[[^\]]+\]: \w+|no goroutine)/.exec(line);
      if (event === null) {
        expect(line).toMatch(/^(end )?tracegc|^goroutine \d+ \[/);
      } else if (event[1] === 'alloc') {
        expect([line, live.has(event[2])]).toEqual([line, false]);
        live.add(event[2]);
        mallocs++;
      } else {
        expect([line, live.delete(event[2])]).toEqual([line, true]);
      }
    }
    // Every object, and a ring for each goroutine.
    expect(mallocs).toBe(6003);
  });
});
