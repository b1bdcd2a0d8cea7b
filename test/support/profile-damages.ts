/** A memory whose blocks the profiler has sampled, and damages to what it keeps of them. */
import { CONFIG, Config } from '../../src/memory/config.ts';
import { addWide, storeWide } from '../../src/memory/wide.ts';
import type { Mem } from '../../src/memory/struct.ts';
import { mAt } from '../../src/machine/m.ts';
import { SPECIAL_KIND, Special } from '../../src/heap/special.ts';
import { SPAN_STATE, Span, spanAt } from '../../src/heap/span.ts';
import { AddrEntry, AddrHash, DENSE_LENGTH, setaddrbucket } from '../../src/malloc/addr-buckets.ts';
import { Bucket, MPROF, MProf, countMalloc } from '../../src/malloc/buckets.ts';
import { nspan } from '../../src/malloc/mheap.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { CHECKPOINT } from '../../src/gc/doorbell.ts';
import type { ProblemCode } from '../../src/verify/problems.ts';
import { Enough, runRandom } from './verify-machine.ts';

/** After a sweep, with several buckets and blocks in use that were sampled. */
export function profiledMemory(): Mem {
  let found: Mem | undefined;
  runRandom({
    shape: { memprofileRate: 700, persistentWords: 1 << 19 },
    seed: 3,
    steps: 400,
    at(m, point) {
      if (point !== CHECKPOINT.swept || profileSpecials(m).length < 20) return;
      found = m.slice();
      throw new Enough();
    },
  });
  if (found === undefined) throw new Error('nothing was sampled');
  // As the older collectors keep it: some blocks are in the map of addresses.
  for (const x of profileSpecials(found).slice(0, 5)) addToMap(found, x);
  return found;
}

/** Records of sampled blocks, each with its span. */
function profileSpecials(m: Mem): { x: number; span: number }[] {
  const all: { x: number; span: number }[] = [];
  for (let i = 0; i < nspan(m); i++) {
    const span = spanAt(m, i);
    if (m[span + Span.at.state] !== SPAN_STATE.inUse) continue;
    for (let x = m[span + Span.at.specials]; x !== 0; x = m[x + Special.at.next]) {
      if (m[x + Special.at.kind] === SPECIAL_KIND.profile) all.push({ x, span });
    }
  }
  return all;
}

function addToMap(m: Mem, { x, span }: { x: number; span: number }): void {
  const b = countMalloc(m, mAt(m, 0), m[span + Span.at.elemsize], [7, 8]);
  setaddrbucket(m, mAt(m, 0), m[span + Span.at.start] * 4 + m[x + Special.at.offset], b);
}

/** The first entry in use of the address map, and the link to it. */
function firstEntry(m: Mem): { link: number; e: number; chain: number } {
  const table = m[MPROF + MProf.at.addrhash];
  for (let i = table; ; i++) {
    if (m[i] === 0) continue;
    for (let k = 0; k < DENSE_LENGTH; k++) {
      const link = m[i] + AddrHash.at.dense + k;
      if (m[link] !== 0) return { link, e: m[link], chain: k };
    }
  }
}

function firstBucket(m: Mem): number {
  return m[MPROF + MProf.at.buckets];
}

/** Where the chain that begins with bucket `b` hangs. */
function headOf(m: Mem, b: number): number {
  let head = m[MPROF + MProf.at.buckhash];
  while (m[head] !== b) head++;
  return head;
}

export interface ProfileDamage {
  readonly code: ProblemCode;
  readonly what: string;
  readonly apply: (m: Mem) => void;
  /** Laws that this damage cannot but break as well. */
  readonly with?: readonly ProblemCode[];
}

export const PROFILE_DAMAGES: readonly ProfileDamage[] = [
  {
    code: 'BUCKET_LISTS', what: 'a bucket is lost from its chain',
    apply: (m) => (m[headOf(m, firstBucket(m))] = 0),
  },
  {
    code: 'BUCKET_LISTS', what: 'a bucket is lost from the list of all', with: ['PROFILE_BUCKET', 'SYS_BYTES'],
    apply: (m) => (m[MPROF + MProf.at.buckets] = m[firstBucket(m) + Bucket.at.allnext]),
  },
  {
    code: 'BUCKET_LISTS', what: 'two buckets are alike', with: ['PROFILE_BUCKET'],
    apply(m) {
      const [a, b] = sameDepth(m);
      m.copyWithin(b + Bucket.at.size, a + Bucket.at.size, a + Bucket.at.size + 1);
      m.copyWithin(b + Bucket.words, a + Bucket.words, a + Bucket.words + m[a + Bucket.at.nstk]);
    },
  },
  {
    code: 'BUCKET_LISTS', what: 'the list of buckets is a circle',
    apply(m) {
      let last = firstBucket(m);
      while (m[last + Bucket.at.allnext] !== 0) last = m[last + Bucket.at.allnext];
      m[last + Bucket.at.allnext] = firstBucket(m);
    },
  },
  {
    code: 'BUCKET_COUNTS', what: 'more was published as freed than as allocated',
    apply(m) {
      const b = firstBucket(m);
      addWide(m, b + Bucket.at.frees, 1000);
      addWide(m, b + Bucket.at.recentAllocs, 1000);
    },
  },
  {
    code: 'BUCKET_COUNTS', what: 'a count is negative',
    apply(m) {
      const b = firstBucket(m);
      storeWide(m, b + Bucket.at.recentFrees, -1);
      addWide(m, b + Bucket.at.recentAllocs, -1);
    },
  },
  { code: 'PROFILE_COUNT', what: 'a malloc was not counted', apply: (m) => addWide(m, firstBucket(m) + Bucket.at.recentAllocs, 1) },
  {
    code: 'PROFILE_COUNT', what: 'the record of a block is taken for a finalizer',
    apply: (m) => (m[profileSpecials(m)[0].x + Special.at.kind] = SPECIAL_KIND.finalizer),
  },
  {
    code: 'PROFILE_BUCKET', what: 'a block names no bucket', with: ['PROFILE_COUNT'],
    apply: (m) => (m[profileSpecials(m)[0].x + Special.at.bucket] += 1),
  },
  { code: 'PROFILE_BUCKET', what: 'a bucket is of another size', apply: (m) => (m[firstNamed(m) + Bucket.at.size] += 8) },
  {
    code: 'ADDR_MAP', what: 'an entry is in another chain',
    apply(m) {
      const { link, e } = firstEntry(m);
      m[link] = m[e + AddrEntry.at.next];
      m[e + AddrEntry.at.next] = m[link + 1];
      m[link + 1] = e;
    },
    with: ['PROFILE_COUNT'],
  },
  {
    code: 'ADDR_MAP', what: 'an entry is of no block', with: ['PROFILE_COUNT'],
    apply: (m) => (m[firstEntry(m).e + AddrEntry.at.addr] += 4),
  },
  {
    code: 'ADDR_MAP', what: 'an entry is lost', with: ['PROFILE_COUNT', 'SYS_BYTES'],
    apply(m) {
      const { link, e } = firstEntry(m);
      m[link] = m[e + AddrEntry.at.next];
    },
  },
  {
    code: 'ADDR_MAP', what: 'a chain is a circle',
    apply(m) {
      const { e } = firstEntry(m);
      m[e + AddrEntry.at.next] = e;
    },
  },
  { code: 'SYS_BYTES', what: "the profiler's memory is counted as another's", apply(m) {
    addWide(m, MSTATS + MStats.at.buckhashSys, -64);
    addWide(m, MSTATS + MStats.at.otherSys, 64);
  } },
  { code: 'LOCK_HELD', what: 'proflock is held', apply: (m) => Atomics.store(m, MPROF + MProf.at.lock, 1) },
];

/** A bucket that a sampled block names. */
function firstNamed(m: Mem): number {
  return m[profileSpecials(m)[0].x + Special.at.bucket];
}

/** Two buckets whose stacks are of one length, the second with blocks that name it. */
function sameDepth(m: Mem): [number, number] {
  const all = [...new Set(profileSpecials(m).map(({ x }) => m[x + Special.at.bucket]))];
  for (const a of all) {
    const b = all.find((other) => other !== a && m[other + Bucket.at.nstk] === m[a + Bucket.at.nstk]);
    if (b !== undefined) return [a, b];
  }
  throw new Error(`no two of ${all.length} buckets at ${m[CONFIG + Config.at.persistentStart]} have stacks of one length`);
}
