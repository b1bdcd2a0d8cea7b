import { describe, expect, it } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { LFNode, LFStack, lfstackempty, lfstackinit, lfstackpop, lfstackpush } from '../../src/sync/lfstack.ts';
import { fatalOf } from '../support/core-machine.ts';
import { runSyncTask } from '../support/core-threads.ts';

const BARRIER = 512;
const A = 1024;
const B = A + LFStack.words;
const POOL = 2048;
/** Words of a node: those of the stack, and a value. */
const STRIDE = 4;
const VALUE = LFNode.words;

function stacks(abaBits: number): Mem {
  const m = new Int32Array(new SharedArrayBuffer(1 << 16));
  m[CONFIG + Config.at.lfstackIdBits] = 32 - abaBits;
  m[CONFIG + Config.at.lfstackCountMask] = 2 ** abaBits - 1;
  lfstackinit(m, A, POOL, STRIDE);
  lfstackinit(m, B, POOL, STRIDE);
  return m;
}

function nodeAt(i: number): number {
  return POOL + i * STRIDE;
}

describe.each([0, 1, 3, 16])('the lock-free stack with %i bits of push count', (abaBits) => {
  it('pops nodes last in, first out', () => {
    const m = stacks(abaBits);
    for (let i = 0; i < 100; i++) lfstackpush(m, A, nodeAt(i));
    expect(Array.from({ length: 100 }, () => lfstackpop(m, A))).toEqual(Array.from({ length: 100 }, (_, i) => nodeAt(99 - i)));
  });

  it('pops 0 from an empty stack, however often', () => {
    const m = stacks(abaBits);
    expect(lfstackpop(m, A)).toBe(0);
    lfstackpush(m, A, nodeAt(7));
    lfstackpop(m, A);
    expect([lfstackpop(m, A), lfstackpop(m, A)]).toEqual([0, 0]);
  });

  it('has a head of exactly 0 after the last pop, however often a node was pushed', () => {
    const m = stacks(abaBits);
    for (let round = 0; round < 200; round++) {
      lfstackpush(m, A, nodeAt(1));
      lfstackpush(m, A, nodeAt(0));
      expect(m[A]).not.toBe(0);
      expect(lfstackempty(m, A)).toBe(false);
      lfstackpop(m, A);
      lfstackpop(m, A);
      expect(m[A]).toBe(0);
      expect(lfstackempty(m, A)).toBe(true);
    }
  });

  it('has a different head after each push of a node, until the count wraps', () => {
    const m = stacks(abaBits);
    const heads = Array.from({ length: Math.min(1000, 2 ** abaBits) }, () => {
      lfstackpush(m, A, nodeAt(3));
      const head = m[A];
      lfstackpop(m, A);
      return head;
    });
    expect(new Set(heads).size).toBe(heads.length);
  });
});

describe('nodes of the stack', () => {
  it('are refused if their number needs more bits than there are', () => {
    const m = stacks(30);
    lfstackpush(m, A, nodeAt(2));
    expect(fatalOf(() => lfstackpush(m, A, nodeAt(3))).code).toBe('LFSTACK_ID_TOO_LARGE');
  });

  it.each([2, 4])('are neither lost nor duplicated by %i threads that move 100 of them between two stacks', async (threads) => {
    const m = stacks(16);
    const values = Array.from({ length: 100 }, (_, i) => i * i + 1);
    values.forEach((value, i) => {
      m[nodeAt(i) + VALUE] = value;
      lfstackpush(m, i % 2 === 0 ? A : B, nodeAt(i));
    });
    const moved = await runSyncTask('moveNodes', m.buffer as SharedArrayBuffer, threads, { barrier: BARRIER, stacks: [A, B], moves: 60_000 });
    expect(Math.min(...(moved as number[]))).toBeGreaterThan(10_000);
    const found: number[] = [];
    for (const stack of [A, B]) {
      for (let node = lfstackpop(m, stack); node !== 0 && found.length <= 200; node = lfstackpop(m, stack)) found.push(m[node + VALUE]);
    }
    expect(found.toSorted((a, b) => a - b)).toEqual(values);
    expect([m[A], m[B]]).toEqual([0, 0]);
  });
});
