/** The oracle reports each violated invariant of a damaged memory, and no other. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { Span } from '../../src/heap/span.ts';
import { nspan } from '../../src/malloc/mheap.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';
import { CHECKPOINT } from '../../src/gc/doorbell.ts';
import { setGlobal, storeWord } from '../../src/runtime/mutator.ts';
import { INVARIANTS, type VerifyReport } from '../../src/verify/problems.ts';
import { Verifier } from '../../src/verify/verifier.ts';
import { PROFILE_DAMAGES } from '../support/profile-damages.ts';
import { Enough, runCollect } from '../support/verify-machine.ts';
import { ACCOUNTS_DAMAGES } from './damages/accounts.ts';
import type { Damage } from './damages/damage.ts';
import { HEAP_DAMAGES } from './damages/heap.ts';
import { atMark, atSweep, keptBlock, findMemories, spans, isSmall, blocks, setMark, clearMark } from './damages/memory.ts';
import { SCHEDULER_DAMAGES } from './damages/scheduler.ts';

vi.mock('../../src/gc/doorbell.ts', async (original) => (await import('../support/verify-hook.ts')).answered(await original()));

const { marked: MARKED, swept: SWEPT } = CHECKPOINT;
const { elemsize: ELEMSIZE } = Span.at;
const C = CONFIG;

const DAMAGES: readonly Damage[] = [...HEAP_DAMAGES, ...ACCOUNTS_DAMAGES, ...SCHEDULER_DAMAGES];

beforeAll(findMemories);

/** Returns the message for a lost mark of object `n` in a list of 100. */
function losing(n: number): string {
  let message = '';
  const list: number[] = [];
  runCollect({
    build(m, m0) {
      for (let i = 0; i < 100; i++) list.push(mallocgc(m, m0, 32, 0));
      for (let i = 0; i < 99; i++) storeWord(m, list[i], 1, list[i + 1]);
      setGlobal(m, 3, list[0]);
    },
    at(m, point) {
      if (point !== MARKED) return;
      clearMark(m, list[n]);
      const { problems, unlisted } = new Verifier(m).check(point);
      expect(problems.length + unlisted).toBe(1);
      message = problems[0].message;
      throw new Enough();
    },
  });
  return message;
}

function check(damage: Pick<Damage, 'point' | 'apply' | 'history'>): VerifyReport {
  const m = (damage.point === MARKED || damage.history ? atMark : atSweep).slice();
  const verifier = new Verifier(m);
  if (damage.history) {
    expect(verifier.check(MARKED).problems).toEqual([]);
    m.set(atSweep);
  }
  damage.apply(m);
  return verifier.check(damage.point);
}

describe('the oracle', () => {
  it.each(DAMAGES.map((damage) => [damage.code, damage.what, damage] as const))('reports %s when %s', (code, _, damage) => {
    const report = check(damage);
    const codes = new Set(report.problems.map((problem) => problem.code));
    expect(codes, JSON.stringify(report.problems)).toContain(code);
    expect([...codes].filter((found) => found !== code && !damage.with?.includes(found)), JSON.stringify(report.problems)).toEqual([]);
  });

  it('is tested with a damage for each of its invariants', () => {
    // refwords.test.ts tests those of reference words, span-marks.test.ts those of --policy spans, profile.test.ts the one that spans several cycles.
    const invariants = Object.keys(INVARIANTS).filter((code) => !code.startsWith('REFWORD_') && !['SPAN_LEFT', 'SCAN_BIT', 'PROFILE_PUBLISHED'].includes(code));
    expect([...new Set([...DAMAGES, ...PROFILE_DAMAGES].map(({ code }) => code))].toSorted()).toEqual(invariants.toSorted());
  });

  it('finds no problem before the damage', () => {
    expect(check({ point: MARKED, apply: () => {} }).problems).toEqual([]);
    expect(check({ point: SWEPT, apply: () => {}, history: true }).problems).toEqual([]);
  });
});

describe('a report', () => {
  it('shows the whole path to a lost object', () => {
    expect(losing(2)).toMatch(
      /^block (0xc0\S+ \(32 bytes, span \d+\)) is not marked, but reachable: root: bss, word 3 -> 0xc0\S+ \(32 bytes, span \d+\) word 1 -> 0xc0\S+ \(32 bytes, span \d+\) word 1 -> \1$/,
    );
  });

  it('shows both ends of a long path', () => {
    expect(losing(99)).toMatch(/root: bss, word 3( -> 0xc0\S+ \(32 bytes, span \d+\) word 1){4} -> … 92 blocks …( -> 0xc0\S+ \(32 bytes, span \d+\)( word 1)?){4}$/);
  });

  it('names the root of a lost object', () => {
    const { problems } = check({ point: MARKED, apply: (m) => clearMark(m, keptBlock) });
    expect(problems[0].message).toMatch(
      /^block 0xc0[0-9a-f]{8} \(\d+ bytes, span \d+\) is not marked, but reachable: root: (bss|data|stack of goroutine \d+|queued finalizers|object with a finalizer).* -> 0xc0[0-9a-f]{8} \(\d+ bytes, span \d+\)$/,
    );
  });

  it('lists at most twenty problems, a few of each kind, and counts the others', () => {
    const report = check({
      point: SWEPT,
      apply(m) {
        for (const s of spans(m).filter((x) => isSmall(m, x))) {
          m[s + ELEMSIZE] += 8;
          m[s + Span.at.xsweepgen] -= 2;
          for (const p of blocks(m, s).slice(0, 3)) setMark(m, p);
        }
      },
    });
    expect(report.problems.length).toBeLessThanOrEqual(20);
    expect(new Set(report.problems.map(({ code }) => code)).size).toBeGreaterThanOrEqual(3);
    expect(report.unlisted).toBeGreaterThan(50);
    expect(report.checks).toBeGreaterThan(1000);
  });

  it('reports problems for random span records', () => {
    for (let salt = 1; salt < 40; salt++) {
      const report = check({
        point: salt % 2 === 0 ? MARKED : SWEPT,
        apply(m) {
          let x = salt * 2654435761;
          const from = m[C + Config.at.spans];
          for (let i = 0; i < 400; i++) {
            x = (Math.imul(x, 1103515245) + 12345) | 0;
            m[from + ((x >>> 8) % (nspan(m) * Span.words))] = x;
          }
        },
      });
      expect(report.problems.length).toBeGreaterThan(0);
    }
  });
});
