/** The oracle reports each violated invariant of reference words, and no other. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { COLLECTOR } from '../../src/gc/collectors/registry.ts';
import type { Mem } from '../../src/memory/struct.ts';
import { REF, REF_FLAGS, REF_HAS_FINALIZER, REF_NO_POINTERS, REF_PROFILED } from '../../src/gc/collectors/refword/refword.ts';
import { SPAN_STATE, Span, spanAt } from '../../src/heap/span.ts';
import { nspan } from '../../src/malloc/mheap.ts';
import { CHECKPOINT } from '../../src/gc/doorbell.ts';
import { INVARIANTS, type ProblemCode } from '../../src/verify/problems.ts';
import { Verifier, verifyHeap } from '../../src/verify/verifier.ts';
import { Enough, runRandom } from '../support/verify-machine.ts';

vi.mock('../../src/gc/doorbell.ts', async (original) => (await import('../support/verify-hook.ts')).answered(await original()));

const { marked: MARKED, swept: SWEPT } = CHECKPOINT;
const { start: START, npages: NPAGES, state: STATE, sizeclass: SIZECLASS, elemsize: ELEMSIZE, nelems: NELEMS } = Span.at;

/** The memory at the end of a mark. */
let atMark: Mem;
/** The same memory after the sweep that follows. */
let atSweep: Mem;

beforeAll(() => {
  for (let seed = 1; atSweep === undefined; seed++) {
    let before: Mem | undefined;
    runRandom({
      shape: { collector: COLLECTOR.refword },
      seed,
      steps: 400,
      at(m, point) {
        if (point === MARKED) before = m.slice();
        else if (before !== undefined && isRich(before)) {
          atMark = before;
          atSweep = m.slice();
          throw new Enough();
        }
      },
    });
  }
});

/** Reports whether a memory has blocks in every state and a free span. */
function isRich(m: Mem): boolean {
  const states = new Set(words(m).map(({ word }) => m[word] & ~REF_FLAGS));
  return [REF.free, REF.none, REF.some, REF.finalize].every((state) => states.has(state)) && spans(m).some((s) => m[s + STATE] === SPAN_STATE.free);
}

interface Word {
  readonly word: number;
  readonly block: number;
}

function spans(m: Mem): number[] {
  return Array.from({ length: nspan(m) }, (_, i) => spanAt(m, i));
}

/** Returns the reference of the first word of `s`. Each page has 1024 words. */
function slot(m: Mem, s: number): number {
  return m[CONFIG + Config.at.collectorData] + ((m[s + START] - m[CONFIG + Config.at.arenaStart]) / 2048) * 1024;
}

/** Lists all blocks of small spans and their words. */
function words(m: Mem): Word[] {
  return spans(m)
    .filter((s) => m[s + STATE] === SPAN_STATE.inUse && m[s + SIZECLASS] !== 0)
    .flatMap((s) => Array.from({ length: m[s + NELEMS] }, (_, i) => ({ word: slot(m, s) + i, block: m[s + START] + i * (m[s + ELEMSIZE] >> 2) })));
}

/** Finds the word of a block in `state`. */
function find(m: Mem, state: number): number {
  const found = words(m).find(({ word }) => (m[word] & ~REF_FLAGS) === state);
  if (found === undefined) throw new Error(`no word of state ${state}`);
  return found.word;
}

function setState(m: Mem, word: number, state: number): void {
  m[word] = state | (m[word] & REF_FLAGS);
}

interface Damage {
  readonly code: ProblemCode;
  readonly what: string;
  readonly point: number;
  readonly apply: (m: Mem) => void;
}

const DAMAGES: readonly Damage[] = [
  { code: 'LOST_OBJECT', what: 'a found reference is lost', point: MARKED, apply: (m) => setState(m, find(m, REF.some), REF.none) },
  { code: 'LEAKED_MARK', what: 'garbage has a reference', point: MARKED, apply: (m) => setState(m, find(m, REF.none), REF.some) },
  { code: 'REFWORD_STATE', what: 'a pending finalizer is lost', point: MARKED, apply: (m) => setState(m, find(m, REF.finalize), REF.none) },
  { code: 'REFWORD_STATE', what: 'a block without a finalizer is to be finalized', point: MARKED, apply: (m) => setState(m, find(m, REF.none), REF.finalize) },
  { code: 'REFWORD_STATE', what: 'a reference is left after the sweep', point: SWEPT, apply: (m) => setState(m, find(m, REF.none), REF.some) },
  { code: 'REFWORD_STATE', what: 'a word says RefStack', point: SWEPT, apply: (m) => setState(m, find(m, REF.none), REF.stack) },
  { code: 'REFWORD_FREE', what: 'a free block has no references yet', point: SWEPT, apply: (m) => (m[find(m, REF.free)] = REF.none) },
  { code: 'REFWORD_FREE', what: 'an allocated block is free', point: SWEPT, apply: (m) => (m[find(m, REF.none)] = REF.free) },
  {
    code: 'REFWORD_FREE', what: 'there is a word past the blocks of a span', point: SWEPT,
    apply(m) {
      const s = spans(m).find((x) => m[x + STATE] === SPAN_STATE.inUse && m[x + SIZECLASS] !== 0)!;
      m[slot(m, s) + m[s + NPAGES] * 1024 - 1] = REF.none;
    },
  },
  { code: 'REFWORD_FREE', what: 'a free span has a word', point: SWEPT, apply: (m) => (m[slot(m, spans(m).find((s) => m[s + STATE] === SPAN_STATE.free)!) + 5] = REF.none) },
  { code: 'REFWORD_FLAGS', what: 'a block with pointers says that it has none', point: SWEPT, apply: (m) => (m[find(m, REF.none)] ^= REF_NO_POINTERS) },
  { code: 'REFWORD_FLAGS', what: 'a finalizer is not flagged', point: MARKED, apply: (m) => (m[find(m, REF.finalize)] &= ~REF_HAS_FINALIZER) },
  { code: 'REFWORD_FLAGS', what: 'a block counts as profiled', point: SWEPT, apply: (m) => (m[find(m, REF.none)] |= REF_PROFILED) },
  {
    code: 'MARK_LEFT', what: 'a block is marked in the bitmap', point: MARKED,
    apply(m) {
      const arena = m[CONFIG + Config.at.arenaStart];
      const off = (words(m)[0].block - arena) >> 1;
      m[arena - 2 * (off >> 4) - 1] |= 1 << ((off & 15) + (off & 12));
    },
  },
];

describe('the oracle with reference words', () => {
  it.each(DAMAGES.map((damage) => [damage.code, damage.what, damage] as const))('reports %s when %s', (code, _, { point, apply }) => {
    const m = (point === MARKED ? atMark : atSweep).slice();
    apply(m);
    const { problems } = verifyHeap(m, point);
    expect([...new Set(problems.map((problem) => problem.code))], JSON.stringify(problems)).toEqual([code]);
  });

  it('is tested with a damage for each of its invariants', () => {
    const invariants = Object.keys(INVARIANTS).filter((code) => code.startsWith('REFWORD_'));
    expect(new Set(DAMAGES.map(({ code }) => code))).toEqual(new Set([...invariants, 'LOST_OBJECT', 'LEAKED_MARK', 'MARK_LEFT']));
  });

  it('finds no problem before the damage', () => {
    const verifier = new Verifier(atMark);
    expect(verifier.check(MARKED).problems).toEqual([]);
    expect(verifyHeap(atSweep, SWEPT).problems).toEqual([]);
  });

  it('names the word, and the path to a lost object', () => {
    const flags = atSweep.slice();
    flags[find(flags, REF.none)] |= REF_PROFILED;
    expect(verifyHeap(flags, SWEPT).problems[0].message).toMatch(/^the word of block 0xc0\S+ \(\d+ bytes, span \d+\) is RefNone.*Profiled, but should be RefNone/);
    const lost = atMark.slice();
    setState(lost, find(lost, REF.some), REF.none);
    expect(verifyHeap(lost, MARKED).problems[0].message).toMatch(/is not marked, but reachable: root: /);
  });
});
