/** The finalizer queue: no finalizer is lost or queued twice, and each keeps its object. */
import { CONFIG, Config } from '../memory/config.ts';
import { G, G_INTS } from '../machine/g.ts';
import { FIN, Fin, FinBlock, Finalizer } from '../malloc/finq.ts';
import type { Findings } from './problems.ts';
import { isPersistent } from './specials.ts';
import { blockAt, hasBit, nameBlock, nameWord, type HeapView } from './view.ts';

const { allfin: ALLFIN, finq: FINQ, finc: FINC, fingwait: FINGWAIT, fingwake: FINGWAKE, queued: QUEUED, ran: RAN, xfing: XFING } = Fin.at;
/** The int of the finalizer goroutine that names its current block; see runtime/system.ts. */
const FING_BLOCK = G.at.ints + G_INTS - 1;
const CAP = CONFIG + Config.at.finBlockCap;
const { alllink: ALLLINK, next: NEXT, cnt: CNT, fin: ENTRIES } = FinBlock.at;

export function checkFinalizers(h: HeapView, out: Findings): void {
  const m = h.m;
  const all = new Set<number>();
  let pending = 0;
  for (let block = m[FIN + ALLFIN]; block !== 0; block = m[block + ALLLINK]) {
    if (!isPersistent(m, block) || all.has(block)) {
      out.add('FINBLOCK_LISTS', () => `the list of all finalizer blocks points to word ${block} ${all.has(block) ? 'again' : ', which is none'}`);
      break;
    }
    all.add(block);
    pending += checkEntries(h, out, block);
  }
  const queued = m[FIN + QUEUED];
  const ran = m[FIN + RAN];
  if (queued !== ran + pending) {
    out.add('FINALIZER_COUNT', () => `${queued} finalizers were queued, but ${ran} ran and ${pending} are pending`);
  }
  checkBlockLists(h, out, all);
  if (m[FIN + FINQ] !== 0 && m[FIN + FINGWAIT] !== 0 && m[FIN + FINGWAKE] === 0) {
    out.add('FINALIZER_WAKEUP_LOST', () => 'finalizers are queued, but the finalizer goroutine waits and no wakeup is requested');
  }
}

/** Checks the entries of a block. Returns the number of pending finalizers. */
function checkEntries(h: HeapView, out: Findings, block: number): number {
  const m = h.m;
  const cnt = m[block + CNT];
  let pending = 0;
  for (let i = 0; i < m[CAP]; i++) {
    const entry = block + ENTRIES + i * Finalizer.words;
    const arg = m[entry + Finalizer.at.arg];
    if (i >= cnt) {
      if (arg !== 0) out.add('FINALIZER_SLOT_DIRTY', () => `entry ${i} of the finalizer block at word ${block} holds ${nameWord(h, arg >>> h.ptrShift)}, but only ${cnt} are filled`);
    } else if (arg !== 0) {
      pending++;
      checkObject(h, out, arg);
    }
  }
  out.checks += m[CAP];
  return pending;
}

function checkObject(h: HeapView, out: Findings, arg: number): void {
  const off = blockAt(h, (arg >>> h.ptrShift) - h.arena);
  if (off < 0) out.add('FINALIZER_OF_FREE_BLOCK', () => `a finalizer is pending for ${nameWord(h, arg >>> h.ptrShift)}, where no block is`);
  else if (hasBit(h, h.free, off)) out.add('FINALIZER_OF_FREE_BLOCK', () => `a finalizer is pending for the free block ${nameBlock(h, off)}`);
}

/** Checks that queued blocks are filled and free blocks are empty. Only the finalizer goroutine may hold other blocks. */
function checkBlockLists(h: HeapView, out: Findings, all: ReadonlySet<number>): void {
  const m = h.m;
  const seen = new Set<number>();
  walkBlocks(h, out, all, seen, 'queued', m[FIN + FINQ]);
  walkBlocks(h, out, all, seen, 'free', m[FIN + FINC]);
  const held = countHeld(h, all, seen);
  if (seen.size + held < all.size) {
    out.add('FINBLOCK_LISTS', () => `${all.size - seen.size} of ${all.size} finalizer blocks are neither queued nor free, and the finalizer goroutine holds ${held}`);
  }
}

/** Counts the blocks that the finalizer goroutine holds: its current block and the following ones, if they are on no list. */
function countHeld(h: HeapView, all: ReadonlySet<number>, seen: ReadonlySet<number>): number {
  const m = h.m;
  const fing = Atomics.load(m, FIN + XFING);
  const held = new Set<number>();
  if (fing === 0) return 0;
  // The goroutine may still name the block that it finished, which is on a list.
  for (let block = m[fing + FING_BLOCK]; all.has(block) && !seen.has(block) && !held.has(block); block = m[block + NEXT]) held.add(block);
  return held.size;
}

function walkBlocks(h: HeapView, out: Findings, all: ReadonlySet<number>, seen: Set<number>, list: 'queued' | 'free', head: number): void {
  const m = h.m;
  for (let block = head; block !== 0; block = m[block + NEXT]) {
    if (!all.has(block) || seen.has(block)) {
      out.add('FINBLOCK_LISTS', () => `the list of ${list} finalizer blocks points to word ${block}, which is ${seen.has(block) ? 'on a list already' : 'none'}`);
      return;
    }
    seen.add(block);
    const cnt = m[block + CNT];
    // Only the first queued block may still have room.
    const isLegal = list === 'free' ? cnt === 0 : cnt === m[CAP] || (block === head && cnt > 0 && cnt < m[CAP]);
    if (!isLegal) out.add('FINBLOCK_LISTS', () => `the finalizer block at word ${block} is ${list} with ${cnt} of ${m[CAP]} entries`);
  }
}
