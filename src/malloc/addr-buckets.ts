/**
 * The map from the address of a sampled block to its bucket, which the profiler of 2010 had
 * before there were specials. Addresses are clustered, so it has three levels:
 *
 *   1. A hash table of chains of AddrHash records, one for each megabyte of addresses.
 *   2. In an AddrHash, an array of chains, one for each 128 bytes.
 *   3. In a chain, an entry for each sampled block, found by the lower 20 bits of its address.
 *
 * No memory is returned; freed entries are reused.
 *
 * Source: mprof.goc of 2010.
 */
import { atCreation, guardedBy } from '../memory/guardian.ts';
import { elsewhere } from '../memory/regions.ts';
import { by, struct, type Mem } from '../memory/struct.ts';
import { PTR_TAG, offsetOf, type Ref } from '../memory/address.ts';
import { ptrWords } from '../memory/config.ts';
import { lock, unlock } from '../sync/lock.ts';
import type { MRef } from '../machine/m.ts';
import { MPROF, MProf, PROFLOCK, profileAlloc, type BucketRef } from './buckets.ts';

const GUARD = guardedBy('proflock');

export const ADDR_HASH_BITS = 12;
/** The lower 32 bits of (sqrt(5) - 1) / 2 * 2^32: Knuth's multiplicative hashing. */
const HASH_MULTIPLIER = 2654435769;
/** Lower bits of an address, which one AddrHash distinguishes. */
const LOW_BITS = 20;
const LOW_MASK = (1 << LOW_BITS) - 1;
export const DENSE_LENGTH = 1 << 13;
const DENSE_SHIFT = 7;
/** Entries carved at a time. */
const ENTRIES = 64;

export const AddrHash = struct('addrhash', 2 + DENSE_LENGTH, {
  next: by(atCreation()),
  /** The address's upper bits. */
  addr: by(atCreation()),
  /** Chains of entries. */
  dense: by(GUARD, DENSE_LENGTH),
});

export const AddrEntry = struct('addrentry', 3, {
  next: by(GUARD),
  /** The address's lower 20 bits. */
  addr: by(GUARD),
  bucket: by(GUARD),
});

elsewhere(AddrHash, 'persistent memory, in chains from `addrhash` of mprof');
elsewhere(AddrEntry, 'persistent memory, in chains from `dense` of an addrhash');

const ADDRHASH = MPROF + MProf.at.addrhash;
const ADDRFREE = MPROF + MProf.at.addrfree;
const { next: HASH_NEXT, addr: HASH_ADDR, dense: DENSE } = AddrHash.at;
const { next: NEXT, addr: ADDR, bucket: BUCKET } = AddrEntry.at;

/** Maps the block at byte offset `address` to bucket `b`. Precondition: the block is not in the map. */
export function setaddrbucket(m: Mem, mp: MRef, address: number, b: BucketRef): void {
  lock(m, mp, PROFLOCK);
  if (m[ADDRHASH] === 0) m[ADDRHASH] = profileAlloc(m, mp, 1 << ADDR_HASH_BITS);
  let ah = findHash(m, address);
  if (ah === 0) ah = addHashLocked(m, mp, address);
  if (m[ADDRFREE] === 0) carveEntriesLocked(m, mp);
  const e = m[ADDRFREE];
  m[ADDRFREE] = m[e + NEXT];
  const chain = ah + DENSE + denseIndex(address);
  m[e + ADDR] = address & LOW_MASK;
  m[e + BUCKET] = b;
  m[e + NEXT] = m[chain];
  m[chain] = e;
  unlock(m, mp, PROFLOCK);
}

/** Removes the block at byte offset `address` from the map. Returns its bucket, 0 if it was not sampled. */
export function getaddrbucket(m: Mem, mp: MRef, address: number): BucketRef {
  lock(m, mp, PROFLOCK);
  const ah = m[ADDRHASH] === 0 ? 0 : findHash(m, address);
  const b = ah === 0 ? 0 : takeEntryLocked(m, ah + DENSE + denseIndex(address), address & LOW_MASK);
  unlock(m, mp, PROFLOCK);
  return b;
}

function takeEntryLocked(m: Mem, chain: Ref, low: number): BucketRef {
  for (let link = chain; m[link] !== 0; link = m[link] + NEXT) {
    const e = m[link];
    if (m[e + ADDR] !== low) continue;
    m[link] = m[e + NEXT];
    m[e + NEXT] = m[ADDRFREE];
    m[ADDRFREE] = e;
    return m[e + BUCKET];
  }
  return 0;
}

/** Returns bits 20 and up of the address as the program sees it, with the tag, as one word. */
function upperBits(m: Mem, address: number): number {
  return (ptrWords(m) === 2 ? PTR_TAG << (32 - LOW_BITS) : 0) + Math.floor(offsetOf(address) / 2 ** LOW_BITS);
}

function chainOf(m: Mem, upper: number): Ref {
  return m[ADDRHASH] + (Math.imul(upper, HASH_MULTIPLIER) >>> (32 - ADDR_HASH_BITS));
}

function denseIndex(address: number): number {
  return (address >>> DENSE_SHIFT) & (DENSE_LENGTH - 1);
}

function findHash(m: Mem, address: number): Ref {
  const upper = upperBits(m, address);
  let ah = m[chainOf(m, upper)];
  while (ah !== 0 && m[ah + HASH_ADDR] !== upper) ah = m[ah + HASH_NEXT];
  return ah;
}

function addHashLocked(m: Mem, mp: MRef, address: number): Ref {
  const upper = upperBits(m, address);
  const head = chainOf(m, upper);
  const ah = profileAlloc(m, mp, AddrHash.words);
  m[ah + HASH_ADDR] = upper;
  m[ah + HASH_NEXT] = m[head];
  m[head] = ah;
  return ah;
}

function carveEntriesLocked(m: Mem, mp: MRef): void {
  const first = profileAlloc(m, mp, ENTRIES * AddrEntry.words);
  for (let i = 0; i < ENTRIES - 1; i++) m[first + i * AddrEntry.words + NEXT] = first + (i + 1) * AddrEntry.words;
  m[ADDRFREE] = first;
}
