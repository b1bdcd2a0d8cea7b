/** The memory profile: its buckets, and the sampled blocks that they count. */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { SPECIAL_KIND, Special } from '../heap/special.ts';
import { Span } from '../heap/span.ts';
import { ADDR_HASH_BITS, AddrEntry, AddrHash, DENSE_LENGTH } from '../malloc/addr-buckets.ts';
import { BUCK_HASH_SIZE, Bucket, MPROF, MProf } from '../malloc/buckets.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import type { Findings } from './problems.ts';
import { isPersistent, specialsOf } from './specials.ts';
import { SPAN_KIND, TAG, blockAt, hasBit, nameBlock, spanRef, spanStart, wide, type HeapView } from './view.ts';

const { next: NEXT, allnext: ALLNEXT, nstk: NSTK, size: SIZE } = Bucket.at;
/** Entries of the address map that are carved at a time. */
const CARVED_AT_ONCE = 64;

/** Words of a chunk from which small pieces are cut. */
const CHUNK_WORDS = 1 << 16;
/** Words of the system's allocation unit. */
const SYS_UNIT = 16;

/** By bucket: number of sampled blocks that name it. */
type Named = Map<number, number>;

export function checkProfile(h: HeapView, out: Findings): void {
  const named: Named = new Map();
  let words = readBuckets(h, out, named);
  words += checkHashTable(h, out, named);
  countSpecials(h, out, named);
  words += readAddrMap(h, out, named);
  for (const [b, blocks] of named) checkCounts(h.m, out, b, blocks);
  const buckhashSys = wide(h.m, MSTATS + MStats.at.buckhashSys);
  if (buckhashSys !== words * 4) out.add('SYS_BYTES', () => `buckhashSys is ${buckhashSys}, but the profiler's records make ${words * 4}`);
  out.checks += named.size;
}

/** Lists the buckets. Returns the words that they take. */
function readBuckets(h: HeapView, out: Findings, named: Named): number {
  const m = h.m;
  let words = 0;
  for (let b = m[MPROF + MProf.at.buckets]; b !== 0; b = m[b + ALLNEXT]) {
    if (!isPersistent(m, b) || named.has(b)) {
      out.add('BUCKET_LISTS', () => `the list of all buckets points to word ${b}${named.has(b) ? ' again' : ', which is none'}`);
      break;
    }
    named.set(b, 0);
    words += taken(m, Bucket.words + m[b + NSTK]);
  }
  return words;
}

/** Checks that each bucket is on a chain, and that no two have the same size and stack. Returns the words of the table. */
function checkHashTable(h: HeapView, out: Findings, named: Named): number {
  const m = h.m;
  const table = m[MPROF + MProf.at.buckhash];
  const chained = new Set<number>();
  const kinds = new Set<string>();
  for (let i = 0; table !== 0 && i < BUCK_HASH_SIZE; i++) {
    for (let b = m[table + i]; b !== 0; b = m[b + NEXT]) {
      if (!named.has(b) || chained.has(b)) {
        out.add('BUCKET_LISTS', () => `chain ${i} of the buckets points to word ${b}, which is ${named.has(b) ? 'on a chain already' : 'none of them'}`);
        break;
      }
      chained.add(b);
      const kind = [m[b + SIZE], ...m.subarray(b + Bucket.words, b + Bucket.words + m[b + NSTK])].join();
      if (kinds.has(kind)) out.add('BUCKET_LISTS', () => `there are two buckets of ${m[b + SIZE] >>> 0} bytes with the same stack, one at word ${b}`);
      kinds.add(kind);
    }
  }
  if (chained.size !== named.size) out.add('BUCKET_LISTS', () => `of ${named.size} buckets ${chained.size} are in the hash table`);
  return table === 0 ? 0 : taken(m, BUCK_HASH_SIZE);
}

/** Returns the words that a piece of the profiler's memory takes. The system allocates a large piece in whole units. */
function taken(m: Mem, words: number): number {
  const region = m[CONFIG + Config.at.persistentEnd] - m[CONFIG + Config.at.persistentStart];
  const isLarge = words >= Math.min(CHUNK_WORDS, region >> 2) >> 2;
  return isLarge ? Math.ceil(words / SYS_UNIT) * SYS_UNIT : words;
}

function countSpecials(h: HeapView, out: Findings, named: Named): void {
  const m = h.m;
  for (let i = 0; i < h.nspans; i++) {
    if (h.kind[i] !== SPAN_KIND.small && h.kind[i] !== SPAN_KIND.large) continue;
    for (const x of specialsOf(h, i)) {
      if (m[x + Special.at.kind] !== SPECIAL_KIND.profile) continue;
      nameBucket(h, out, named, spanStart(h, i) + (m[x + Special.at.offset] >>> 2), m[x + Special.at.bucket]);
    }
  }
}

/** Counts the sampled block at `off` for bucket `b`, which it names. */
function nameBucket(h: HeapView, out: Findings, named: Named, off: number, b: number): void {
  const blocks = named.get(b);
  const at = blockAt(h, off);
  if (blocks === undefined) out.add('PROFILE_BUCKET', () => `sampled block ${at < 0 ? off : nameBlock(h, at)} names word ${b} as its bucket, which is none`);
  else {
    named.set(b, blocks + 1);
    const bytes = at < 0 ? 0 : h.m[spanRef(h, h.owner[at >> 11] - 1) + Span.at.elemsize] >>> 0;
    if (at !== off || bytes !== h.m[b + SIZE] >>> 0) {
      out.add('PROFILE_BUCKET', () => `a bucket of blocks of ${h.m[b + SIZE] >>> 0} bytes is named by ${at < 0 ? `byte ${off * 4} of the arena, where no block is` : nameBlock(h, at)}`);
    }
  }
}

function checkCounts(m: Mem, out: Findings, b: number, blocks: number): void {
  const [allocs, frees, prevAllocs, prevFrees, recentAllocs, recentFrees] = (
    ['allocs', 'frees', 'prevAllocs', 'prevFrees', 'recentAllocs', 'recentFrees'] as const
  ).map((field) => wide(m, b + Bucket.at[field]));
  const isSound = Math.min(allocs, frees, prevAllocs, prevFrees, recentAllocs, recentFrees) >= 0;
  if (!isSound || frees > allocs || frees + prevFrees > allocs + prevAllocs) {
    out.add('BUCKET_COUNTS', () => `the bucket at word ${b} counts ${allocs}-${frees} published, ${prevAllocs}-${prevFrees} of the last cycle, ${recentAllocs}-${recentFrees} since`);
  }
  const inuse = allocs - frees + prevAllocs - prevFrees + recentAllocs - recentFrees;
  if (inuse !== blocks) out.add('PROFILE_COUNT', () => `the bucket at word ${b} counts ${inuse} blocks in use, but ${blocks} sampled blocks name it`);
}

/** Checks the address map of the older collectors. Returns the words that it takes. */
function readAddrMap(h: HeapView, out: Findings, named: Named): number {
  const m = h.m;
  const table = m[MPROF + MProf.at.addrhash];
  if (table === 0) return 0;
  const entries = new Set<number>();
  const hashes = new Set<number>();
  for (let i = 0; i < 1 << ADDR_HASH_BITS; i++) {
    for (let ah = m[table + i]; isNew(m, out, hashes, ah); ah = m[ah + AddrHash.at.next]) readDense(h, out, named, entries, ah);
  }
  for (let e = m[MPROF + MProf.at.addrfree]; isNew(m, out, entries, e); e = m[e + AddrEntry.at.next]);
  if (entries.size % CARVED_AT_ONCE !== 0) {
    out.add('ADDR_MAP', () => `${entries.size} entries of the address map are in use or free, which is no multiple of ${CARVED_AT_ONCE}`);
  }
  const blocks = entries.size / CARVED_AT_ONCE;
  return taken(m, 1 << ADDR_HASH_BITS) + hashes.size * taken(m, AddrHash.words) + blocks * taken(m, CARVED_AT_ONCE * AddrEntry.words);
}

/** Reports whether `ref` is a record of the address map that is not in `seen`, and adds it. */
function isNew(m: Mem, out: Findings, seen: Set<number>, ref: number): boolean {
  if (ref === 0) return false;
  if (!isPersistent(m, ref) || seen.has(ref)) {
    out.add('ADDR_MAP', () => `a chain of the address map points to word ${ref}${seen.has(ref) ? ' again' : ', which is no record'}`);
    return false;
  }
  seen.add(ref);
  return true;
}

/** Checks the entries of one megabyte. */
function readDense(h: HeapView, out: Findings, named: Named, entries: Set<number>, ah: number): void {
  const m = h.m;
  const tag = h.ptrWords === 2 ? TAG << 12 : 0;
  const base = (m[ah + AddrHash.at.addr] - tag) * 2 ** 20;
  for (let i = 0; i < DENSE_LENGTH; i++) {
    for (let e = m[ah + AddrHash.at.dense + i]; isNew(m, out, entries, e); e = m[e + AddrEntry.at.next]) {
      const low = m[e + AddrEntry.at.addr];
      const off = (base + low) / 4 - h.arena;
      const at = blockAt(h, off);
      if (low >> 7 !== i || at !== off || hasBit(h, h.free, off)) {
        out.add('ADDR_MAP', () => `chain ${i} of the address map has byte ${low} of megabyte ${base / 2 ** 20}, where ${low >> 7 !== i ? 'it does not belong' : 'no allocated block begins'}`);
      } else {
        h.sampled.add(off);
        nameBucket(h, out, named, off, m[e + AddrEntry.at.bucket]);
      }
    }
  }
}
