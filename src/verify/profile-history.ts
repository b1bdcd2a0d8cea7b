/**
 * The memory profile from cycle to cycle. A bucket publishes the blocks in use at the end of a mark:
 * without later allocations, and after all garbage of that mark was freed.
 */
import { SPECIAL_KIND, Special } from '../heap/special.ts';
import { Bucket, MPROF, MProf } from '../malloc/buckets.ts';
import type { Findings } from './problems.ts';
import { isPersistent, specialsOf } from './specials.ts';
import { KIND, blockAt, hasBit, spanStart, wide, type HeapView } from './view.ts';

const { offset: OFFSET, kind: KIND_OF, bucket: BUCKET } = Special.at;

/** By bucket: sampled blocks that survive a mark. */
type Survivors = ReadonlyMap<number, number>;

export class ProfileHistory {
  /** Survivors of the last mark; null if it was not seen. */
  private last: Survivors | null = null;
  /** Survivors of the mark before the last; null if it was not seen. */
  private before: Survivors | null = null;

  forget(): void {
    this.last = this.before = null;
  }

  /** Remembers the survivors at the end of a mark. @param isNext whether the mark directly follows the last one */
  remember(h: HeapView, isNext: boolean): void {
    this.before = isNext ? this.last : null;
    this.last = isProfiled(h) ? readSurvivors(h) : null;
  }

  /**
   * Checks the buckets after the sweep. The first publication after a mark publishes the blocks in
   * use at the mark before it and keeps the difference in `prev`; a second one publishes the
   * difference as well.
   */
  check(h: HeapView, out: Findings): void {
    const { last, before } = this;
    if (last === null || before === null) return;
    const m = h.m;
    for (let b = m[MPROF + MProf.at.buckets]; isPersistent(m, b); b = m[b + Bucket.at.allnext]) {
      const [published, prev] = [inuse(m, b, 'allocs', 'frees'), inuse(m, b, 'prevAllocs', 'prevFrees')];
      const [now, earlier] = [last.get(b) ?? 0, before.get(b) ?? 0];
      if (published === now || (published === earlier && published + prev === now)) continue;
      out.add('PROFILE_PUBLISHED', () => `the bucket at word ${b} publishes ${published} blocks, and ${prev} more of the last cycle; ${earlier} and then ${now} survived the last two marks`);
    }
  }
}

/** Reports whether sampled blocks have specials: not with the collector of 2010, which has an address map. */
function isProfiled(h: HeapView): boolean {
  return h.m[MPROF + MProf.at.buckets] !== 0 && h.m[MPROF + MProf.at.addrhash] === 0;
}

function inuse(m: Int32Array, b: number, allocs: keyof typeof Bucket.at, frees: keyof typeof Bucket.at): number {
  return wide(m, b + Bucket.at[allocs]) - wide(m, b + Bucket.at[frees]);
}

function readSurvivors(h: HeapView): Survivors {
  const survivors = new Map<number, number>();
  for (let i = 0; i < h.nspans; i++) {
    if (h.kind[i] !== KIND.small && h.kind[i] !== KIND.large) continue;
    const finalized = new Set<number>();
    const sampled: [off: number, bucket: number][] = [];
    for (const x of specialsOf(h, i)) {
      const off = blockAt(h, spanStart(h, i) + (h.m[x + OFFSET] >>> 2));
      if (h.m[x + KIND_OF] === SPECIAL_KIND.finalizer) finalized.add(off);
      else sampled.push([off, h.m[x + BUCKET]]);
    }
    for (const [off, b] of sampled) {
      if (off >= 0 && (hasBit(h, h.reached, off) || finalized.has(off))) survivors.set(b, (survivors.get(b) ?? 0) + 1);
    }
  }
  return survivors;
}
