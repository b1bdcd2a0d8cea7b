/**
 * Pairs of functions that set marks and race on purpose, and nothing around them: a million executions of the
 * whole cycle would take days.
 *
 *     cas       two Ms mark the same blocks of 16 bytes, whose marks share a bitmap word, by CAS
 *     byte      two Ms mark the same blocks of 32 bytes by byte stores
 *     barrier   M 0 marks beside M 1, which moves pointers between objects and allocates
 */
import type { Mem } from '../../../memory/struct.ts';
import { byteView } from '../../../memory/bytes.ts';
import { MARK_BY } from '../../../memory/config.ts';
import type { Ref } from '../../../memory/address.ts';
import { mAt, type MRef } from '../../../machine/m.ts';
import { BIT_MARKED, bitsShift, bitsWord, markShift } from '../../../heap/bitmap.ts';
import { MAX_SMALL_SIZE } from '../../../heap/size-classes.ts';
import { FLAG_NOSCAN } from '../../../malloc/flags.ts';
import { mallocgc } from '../../../malloc/malloc.ts';
import { beginMark, marksBeside, markSome } from '../../../gc/collector.ts';
import { BARRIER, STACKS } from '../../../gc/collectors/concurrent/state.ts';
import { PROGRESS } from '../../../gc/collectors/descriptor.ts';
import { COLLECTOR } from '../../../gc/collectors/registry.ts';
import { casMark } from '../../../gc/mark.ts';
import { POLICY } from '../../../gc/policy.ts';
import { scanbufOf } from '../../../gc/scanbuf.ts';
import { markByByte } from '../../../gc/scanblock-lab-mark.ts';
import { getGlobal, loadWord, setGlobal, storeWord } from '../../../runtime/mutator.ts';
import type { ModulePerM } from '../module.ts';
import type { Knobs, Setting } from '../setting.ts';

const PAIR = { cas: 0, byte: 1, barrier: 2 } as const;

/** Blocks of the pairs `cas` and `byte`: four share a bitmap word. */
const BLOCKS = 4;
const CAS_BYTES = 16;
const BYTE_BYTES = 32;
const BYTE_WORDS = BYTE_BYTES / 4;

/** Globals of the pair `barrier`: two holders. The first holds a small object, one of many bitmap words, and a large one. */
const FROM = 0;
const TO = 1;
const HOLDER_BYTES = 64;
/** Bytes of the objects, and the word of each that the pointer leads to: a start, an interior, and one of a large object, which holds no pointers. */
const OBJECTS = [[16, 0], [288, 40], [40 << 10, 80]] as const;
/** Word of the second holder that keeps a block allocated during the mark, which points to the first object. */
const NEW = OBJECTS.length;
/** Words that M 0 marks at a time. */
const BUDGET = 40;

function build(m: Mem, m0: MRef, { knobs }: Setting): void {
  if (knobs.pair !== PAIR.barrier) {
    for (let i = 0; i < BLOCKS; i++) setGlobal(m, i, mallocgc(m, m0, knobs.pair === PAIR.cas ? CAS_BYTES : BYTE_BYTES, 0));
    return;
  }
  for (const i of [FROM, TO]) setGlobal(m, i, mallocgc(m, m0, HOLDER_BYTES, 0));
  for (let i = 0; i < OBJECTS.length; i++) {
    const [bytes, inner] = OBJECTS[i];
    storeWord(m, getGlobal(m, FROM), i, mallocgc(m, m0, bytes, bytes > MAX_SMALL_SIZE ? FLAG_NOSCAN : 0) + inner);
  }
  // M 1 caches a span: it need not fill one.
  mallocgc(m, mAt(m, 1), OBJECTS[0][0], 0);
  beginMark(m, m0);
}

/** Returns the blocks that the M was the first to mark. */
function run(m: Mem, index: number, _operations: unknown, { pair }: Knobs): readonly number[] {
  const mp = mAt(m, index);
  if (pair === PAIR.barrier) {
    if (index === 0) while (markSome(m, mp, BUDGET) === PROGRESS.some);
    else moveAll(m, mp);
    return [];
  }
  const m8 = byteView(m);
  const won: number[] = [];
  for (let k = 0; k < BLOCKS; k++) {
    // In different orders.
    const i = index % 2 === 0 ? k : BLOCKS - 1 - k;
    const block = getGlobal(m, i);
    const word = bitsWord(m, block) + 1;
    const shift = bitsShift(m, block);
    const isFirst = pair === PAIR.cas
      ? casMark(m, mp, word, BIT_MARKED << markShift(shift))
      : markByByte(m, m8, mp, scanbufOf(mp), word, shift, BYTE_WORDS, true);
    if (isFirst) won.push(i);
  }
  return won;
}

/** Moves the objects to the other holder, each in two stores. Allocates a block, which points to the first. */
function moveAll(m: Mem, mp: MRef): void {
  const from = getGlobal(m, FROM);
  const to = getGlobal(m, TO);
  for (let i = 0; i < OBJECTS.length; i++) {
    storeWord(m, to, i, loadWord(m, from, i));
    storeWord(m, from, i, 0);
  }
  const made = mallocgc(m, mp, OBJECTS[0][0], 0);
  storeWord(m, made, 0, loadWord(m, to, 0));
  storeWord(m, to, NEW, made);
}

/** Every block is marked; with CAS each by one M. */
function check(m: Mem, results: readonly unknown[], { knobs }: Setting): string {
  if (knobs.pair === PAIR.barrier) {
    while (marksBeside(m) && markSome(m, mAt(m, 0), BUDGET) !== PROGRESS.none);
    const to = getGlobal(m, TO);
    for (let i = 0; i < OBJECTS.length; i++) if (!isMarked(m, loadWord(m, to, i) - OBJECTS[i][1])) return `LOST_OBJECT: object ${i} is reachable and not marked`;
    for (const block of [getGlobal(m, FROM), to, loadWord(m, to, NEW)]) if (!isMarked(m, block)) return 'LOST_OBJECT: a holder or the new block is not marked';
    return '';
  }
  for (let i = 0; i < BLOCKS; i++) {
    if (!isMarked(m, getGlobal(m, i))) return `LOST_OBJECT: no M has marked block ${i}`;
    const winners = (results as readonly (readonly number[])[]).filter((won) => won.includes(i)).length;
    if (knobs.pair === PAIR.cas && winners !== 1) return `MARKED_TWICE: ${winners} Ms were the first to mark block ${i}`;
  }
  return '';
}

function isMarked(m: Mem, block: Ref): boolean {
  return (m[bitsWord(m, block) + 1] & (BIT_MARKED << markShift(bitsShift(m, block)))) !== 0;
}

export const RACY_MARKS = {
  name: 'racy-marks',
  summary: 'two Ms set the same marks, or one marks while the other moves pointers: only the functions that race on purpose',
  procs: [2],
  knobs: [{ name: 'pair', summary: '0 marks by CAS; 1 by byte; 2 the write barrier beside the mark', values: [PAIR.cas, PAIR.byte, PAIR.barrier] }],
  shape: ({ pair }) => {
    if (pair === PAIR.cas) return {};
    if (pair === PAIR.byte) return { policy: POLICY.lab, labMark: MARK_BY.byte };
    return { arenaPages: 24, dataWords: 8, bssWords: 8, collector: COLLECTOR.concurrent, barrier: BARRIER.hybrid, stacks: STACKS.rescan };
  },
  withoutOracle: true,
  build,
  run,
  check,
} satisfies ModulePerM;
