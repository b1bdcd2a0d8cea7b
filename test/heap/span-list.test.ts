import { describe, expect, it } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import { Span } from '../../src/heap/span.ts';
import { spanListInit, spanListInsert, spanListInsertBack, spanListIsEmpty, spanListRemove } from '../../src/heap/span-list.ts';
import { fatalOf } from '../support/core-machine.ts';

const LIST = 16;
const OTHER = 32;
const [A, B, C] = [64, 128, 192];

function lists(): Mem {
  const m = new Int32Array(512);
  spanListInit(m, LIST);
  spanListInit(m, OTHER);
  return m;
}

/** Forwards; fails unless backwards is the same. */
function members(m: Mem, list: number): number[] {
  const forwards: number[] = [];
  for (let s = m[list + Span.at.next]; s !== list; s = m[s + Span.at.next]) forwards.push(s);
  const backwards: number[] = [];
  for (let s = m[list + Span.at.prev]; s !== list; s = m[s + Span.at.prev]) backwards.push(s);
  expect(backwards.toReversed()).toEqual(forwards);
  return forwards;
}

describe('a span list', () => {
  it('inserts spans at the front or the back, and removes them anywhere', () => {
    const m = lists();
    spanListInsert(m, LIST, A);
    spanListInsert(m, LIST, B);
    spanListInsertBack(m, LIST, C);
    expect(members(m, LIST)).toEqual([B, A, C]);
    spanListRemove(m, A);
    expect(members(m, LIST)).toEqual([B, C]);
    spanListRemove(m, B);
    spanListRemove(m, C);
    expect([members(m, LIST), spanListIsEmpty(m, LIST)]).toEqual([[], true]);
  });

  it('ignores the removal of a span on no list', () => {
    const m = lists();
    spanListInsert(m, LIST, A);
    spanListRemove(m, B);
    spanListRemove(m, A);
    spanListRemove(m, A);
    expect(members(m, LIST)).toEqual([]);
  });

  it('refuses a span that is on another list', () => {
    const m = lists();
    spanListInsert(m, LIST, A);
    expect(fatalOf(() => spanListInsertBack(m, OTHER, A)).code).toBe('SPAN_ON_TWO_LISTS');
  });
});
