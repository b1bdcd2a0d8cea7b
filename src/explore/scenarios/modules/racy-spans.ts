/**
 * The races of span-based marking, and little around them.
 *
 *     queue   M 0 puts spans into its short queue and takes them; the other Ms steal
 *     mark    all Ms mark the same blocks of a page, in opposite orders, queue the page, and scan what they have queued
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import type { Ref } from '../../../memory/address.ts';
import { mAt, type MRef } from '../../../machine/m.ts';
import { BIT_MARKED, bitsShift, bitsWord, markShift } from '../../../heap/bitmap.ts';
import { FLAG_NOSCAN } from '../../../malloc/flags.ts';
import { mallocgc } from '../../../malloc/malloc.ts';
import { POLICY } from '../../../gc/policy.ts';
import { ScanBuf, scanbufOf } from '../../../gc/scanbuf.ts';
import { markFound } from '../../../gc/spans/mark.ts';
import { putSpan, stealSpans, takeSpan } from '../../../gc/spans/queue.ts';
import { scanSpans } from '../../../gc/spans/scan.ts';
import { queueOf } from '../../../gc/spans/state.ts';
import { getGlobal, loadWord, setGlobal, storeWord } from '../../../runtime/mutator.ts';
import { setUpMark } from '../programs/set-up-mark.ts';
import type { ModulePerM } from '../module.ts';
import type { Knobs, Setting } from '../setting.ts';

const PAIR = { queue: 0, mark: 1 } as const;
/** Spans that M 0 queues, numbered from 1: its queue holds fewer, so that slots are used again. */
const SPANS = 6;
const QUEUE = 4;
/** Times that each thief looks for spans. */
const THEFTS = 3;

/**
 * Blocks on one page, in different groups of the bitmap: a visit for one block also sees the marks of its own group. Each points to a block
 * of another size, which holds no pointers.
 */
const BLOCKS = 2;
const BYTES = 16;
/** Blocks of a group. */
const GROUP_BLOCKS = 8;
const TARGET_BYTES = 32;
const PTR = ScanBuf.at.ptr;

function build(m: Mem, m0: MRef, { knobs }: Setting): void {
  for (let i = 0; knobs.pair === PAIR.mark && i < BLOCKS; i++) {
    setGlobal(m, i, mallocgc(m, m0, BYTES, 0));
    for (let k = 1; k < GROUP_BLOCKS; k++) mallocgc(m, m0, BYTES, 0);
    storeWord(m, getGlobal(m, i), 0, mallocgc(m, m0, TARGET_BYTES, FLAG_NOSCAN));
  }
  setUpMark(m);
}

/** Returns the spans that the M has taken, or the marks that it has set. */
function run(m: Mem, index: number, _operations: unknown, { pair }: Knobs): readonly number[] {
  const mp = mAt(m, index);
  if (pair === PAIR.mark) return [markBlocks(m, mp, index)];
  return index === 0 ? putAndTake(m, queueOf(m, mp)) : steal(m, mp, queueOf(m, mp));
}

function putAndTake(m: Mem, q: Ref): readonly number[] {
  const taken: number[] = [];
  for (let span = 1; span <= SPANS; span++) {
    while (!putSpan(m, q, span, false)) takeOne(m, q, taken);
  }
  while (takeOne(m, q, taken));
  return taken;
}

function steal(m: Mem, mp: MRef, q: Ref): readonly number[] {
  const taken: number[] = [];
  for (let i = 0; i < THEFTS; i++) {
    stealSpans(m, mp);
    while (takeOne(m, q, taken));
  }
  return taken;
}

/** Takes a span of the M's own queue. Returns false if there was none. */
function takeOne(m: Mem, q: Ref, taken: number[]): boolean {
  const span = takeSpan(m, q, false);
  if (span !== 0) taken.push(span);
  return span !== 0;
}

/** Marks the blocks and what they point to. Returns the number of marks that this M has set. */
function markBlocks(m: Mem, mp: MRef, index: number): number {
  const sb = scanbufOf(mp);
  const ptrShift = m[CONFIG + Config.at.ptrShift];
  for (let k = 0; k < BLOCKS; k++) m[sb + PTR + 2 * k] = getGlobal(m, index % 2 === 0 ? k : BLOCKS - 1 - k) << ptrShift;
  markFound(m, mp, sb, queueOf(m, mp), sb + PTR + 2 * BLOCKS, false);
  scanSpans(m, mp, sb, false);
  return m[sb + ScanBuf.at.marked];
}

/** Each span was taken by one M, or each block is marked by one. */
function check(m: Mem, results: readonly unknown[], { knobs }: Setting): string {
  const lists = results as readonly (readonly number[])[];
  if (knobs.pair === PAIR.queue) {
    const taken = lists.flat().sort((a, b) => a - b);
    const isRight = taken.length === SPANS && taken.every((span, i) => span === i + 1);
    return isRight ? '' : `SPANS_TAKEN_OTHERWISE: of the spans 1 to ${SPANS} these were taken: ${taken.join(' ')}`;
  }
  for (let i = 0; i < BLOCKS; i++) {
    const block = getGlobal(m, i);
    if (!isMarked(m, block) || !isMarked(m, loadWord(m, block, 0))) return `LOST_OBJECT: block ${i} or its target is not marked`;
  }
  const marks = lists.flat().reduce((sum, each) => sum + each, 0);
  return marks === 2 * BLOCKS ? '' : `MARKED_TWICE: ${marks} marks were set, of ${2 * BLOCKS} blocks`;
}

function isMarked(m: Mem, block: Ref): boolean {
  return (m[bitsWord(m, block) + 1] & (BIT_MARKED << markShift(bitsShift(m, block)))) !== 0;
}

export const RACY_SPANS = {
  name: 'racy-spans',
  summary: 'queues of spans are filled, taken from and stolen from, or all Ms mark one page: only the functions that race on purpose',
  procs: [2, 3],
  knobs: [{ name: 'pair', summary: '0 the queue of an M and its thieves; 1 Ms that mark one page', values: [PAIR.queue, PAIR.mark] }],
  shape: ({ pair }) => ({ policy: POLICY.spans, ...(pair === PAIR.queue && { workbufCap: QUEUE }) }),
  withoutOracle: true,
  build,
  run,
  check,
} satisfies ModulePerM;
