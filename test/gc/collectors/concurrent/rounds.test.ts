/** Rounds of the ragged barrier, on machines whose other Ps are idle or run. */
import { describe, expect, it } from 'vitest';
import type { Mem } from '../../../../src/memory/struct.ts';
import { lowOf } from '../../../../src/memory/pointer.ts';
import { writePointer } from '../../../../src/heap/write-pointer.ts';
import { M, mAt } from '../../../../src/machine/m.ts';
import { P, P_STATUS, pAt } from '../../../../src/machine/p.ts';
import { COLLECTOR } from '../../../../src/gc/collectors/registry.ts';
import { phaseChanged } from '../../../../src/gc/collector.ts';
import { answerRound, isRoundQuiet, resetRounds } from '../../../../src/gc/collectors/concurrent/rounds.ts';
import { noneShaded } from '../../../../src/gc/collectors/concurrent/shade.ts';
import { BARRIER, CONCURRENT, Concurrent, MARKING, MARK_PHASE, TERMINATION } from '../../../../src/gc/collectors/concurrent/state.ts';
import { mallocgc } from '../../../../src/malloc/malloc.ts';
import { bootCore, type CoreMachine } from '../../../support/core-machine.ts';

const ROUND = CONCURRENT + Concurrent.at.xround;

function machine(): CoreMachine {
  const booted = bootCore({ procs: 2, collector: COLLECTOR.concurrent, barrier: BARRIER.hybrid, termination: TERMINATION.ragged, barrierBuffer: 8 }, -1);
  setPhase(booted.m, MARK_PHASE.mark);
  return booted;
}

function setPhase(m: Mem, phase: number): void {
  m[MARKING] = phase;
  phaseChanged(m);
}

describe('a round of the ragged barrier', () => {
  it('is quiet once each M has answered and none has published work since', () => {
    const { m, m0 } = machine();
    m[m0 + M.at.published] = 1;
    expect(isRoundQuiet(m, m0)).toBe(false);
    expect(m[ROUND]).toBe(1);
    answerRound(m, m0);
    // The first round is noisy.
    expect(isRoundQuiet(m, m0)).toBe(false);
    answerRound(m, m0);
    expect(isRoundQuiet(m, m0)).toBe(true);
  });

  it('waits for an M that runs, and not for one whose P is idle', () => {
    const { m, m0 } = machine();
    isRoundQuiet(m, m0);
    answerRound(m, m0);
    const other = pAt(m, 1) + P.at.xstatus;
    expect(m[other]).toBe(P_STATUS.idle);
    m[other] = P_STATUS.running;
    expect(isRoundQuiet(m, m0)).toBe(false);
    expect(m[mAt(m, 1) + M.at.xanswered]).toBe(0);
    m[other] = P_STATUS.idle;
    expect(isRoundQuiet(m, m0)).toBe(true);
  });

  it('flushes the buffer of each M that answers', () => {
    const { m, m0 } = machine();
    setPhase(m, MARK_PHASE.off);
    const [holder, target] = [0, 1].map(() => mallocgc(m, m0, 64, 0));
    setPhase(m, MARK_PHASE.mark);
    writePointer(m, holder, lowOf(m, target));
    isRoundQuiet(m, m0);
    expect(noneShaded(m)).toBe(true);
    answerRound(m, m0);
    expect(noneShaded(m)).toBe(false);
    expect(isRoundQuiet(m, m0)).toBe(false);
  });

  it('begins anew after the world has found work left', () => {
    const { m, m0 } = machine();
    isRoundQuiet(m, m0);
    answerRound(m, m0);
    expect(isRoundQuiet(m, m0)).toBe(true);
    resetRounds(m);
    expect(isRoundQuiet(m, m0)).toBe(false);
  });
});
