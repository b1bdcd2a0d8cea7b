/** Queues of spans are first in, first out; a full one spills its older half, and a thief takes the older half of another's. */
import { describe, expect, it } from 'vitest';
import { POLICY, prepareMark } from '../../../src/gc/policy.ts';
import { anySpans, noSpans, putSpan, spillSpans, stealSpans, takeSpan } from '../../../src/gc/spans/queue.ts';
import { queueAt } from '../../../src/gc/spans/state.ts';
import { FULL, NPROC, objAt, workbufStruct } from '../../../src/gc/work.ts';
import { mAt } from '../../../src/machine/m.ts';
import { lfstackpop } from '../../../src/sync/lfstack.ts';
import { bootCore } from '../../support/core-machine.ts';

function twoMs() {
  const { m, m0 } = bootCore({ policy: POLICY.spans, procs: 2, workbufCap: 8, ptrBufCap: 4 });
  m[NPROC] = 2;
  prepareMark(m);
  return { m, m0, m1: mAt(m, 1), q0: queueAt(m, 0), q1: queueAt(m, 1) };
}

function takeAll(m: Int32Array, q: number, alone: boolean): number[] {
  const taken: number[] = [];
  for (let obj = takeSpan(m, q, alone); obj !== 0; obj = takeSpan(m, q, alone)) taken.push(obj);
  return taken;
}

describe('a queue of spans', () => {
  it.each([true, false])('is first in, first out, and refuses what does not fit; one M alone: %s', (alone) => {
    const { m, q0 } = twoMs();
    const fit = Array.from({ length: 10 }, (_, i) => putSpan(m, q0, 100 + i, alone));
    expect(fit).toEqual([true, true, true, true, true, true, true, true, false, false]);
    expect(anySpans(m)).toBe(true);
    expect(takeAll(m, q0, alone)).toEqual([100, 101, 102, 103, 104, 105, 106, 107]);
    expect(noSpans(m, q0)).toBe(true);
    expect(anySpans(m)).toBe(false);
  });

  it('spills its older half to a full workbuf, as objects of no words', () => {
    const { m, m0, q0 } = twoMs();
    for (let i = 0; i < 8; i++) putSpan(m, q0, 100 + i, false);
    spillSpans(m, m0);
    const wbuf = lfstackpop(m, FULL);
    expect(m[wbuf + workbufStruct(1).at.nobj]).toBe(4);
    expect([0, 1, 2, 3].map((i) => [m[objAt(wbuf, i)], m[objAt(wbuf, i) + 1]])).toEqual([[100, 0], [101, 0], [102, 0], [103, 0]]);
    expect(takeAll(m, q0, false)).toEqual([104, 105, 106, 107]);
  });

  it('loses its older half to a thief', () => {
    const { m, m1, q0, q1 } = twoMs();
    expect(stealSpans(m, m1)).toBe(false);
    for (let i = 0; i < 5; i++) putSpan(m, q0, 100 + i, false);
    expect(stealSpans(m, m1)).toBe(true);
    expect(takeAll(m, q1, false)).toEqual([100, 101, 102]);
    expect(takeAll(m, q0, false)).toEqual([103, 104]);
  });
});
