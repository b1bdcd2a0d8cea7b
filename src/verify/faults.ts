/** Faulted memory of efence: no live word points to it, and no write has changed it. */
import { FAULT_PATTERN } from '../malloc/sys.ts';
import type { Findings } from './problems.ts';
import { ROOT_NUMBERS, nameRoot, type Roots } from './roots.ts';
import { blockCount, blockWords } from './spans.ts';
import { KIND, PAGE_WORDS, hasBit, isScanned, nameBlock, nameWord, pointerAt, spanPages, spanStart, type HeapView } from './view.ts';

/**
 * Checks each word that the collector may take for a pointer, at the end of marking. Skips the
 * 32-bit machine, where any number may look like a pointer.
 */
export function checkFaults(h: HeapView, out: Findings, roots: Roots): void {
  if (h.ptrWords === 1 || !h.kind.subarray(0, h.nspans).includes(KIND.faulted)) return;
  for (let r = 0; r < roots.length / ROOT_NUMBERS; r++) {
    scan(h, out, roots[r * ROOT_NUMBERS + 2], roots[r * ROOT_NUMBERS + 3], (slot) => nameRoot(h, roots, r, slot));
  }
  for (let i = 0; i < h.nspans; i++) {
    if (h.kind[i] !== KIND.small && h.kind[i] !== KIND.large) continue;
    const words = blockWords(h, i);
    const end = spanStart(h, i) + blockCount(h, i) * words;
    for (let off = spanStart(h, i); off < end; off += words) {
      if (!hasBit(h, h.reached, off) || !isScanned(h, off)) continue;
      scan(h, out, h.arena + off, h.arena + off + words, (slot) => `block ${nameBlock(h, off)}, word ${(slot - h.arena - off) >> h.shift}`);
    }
  }
}

function scan(h: HeapView, out: Findings, start: number, end: number, name: (slot: number) => string): void {
  for (let slot = start; slot < end; slot += h.ptrWords) {
    const off = pointerAt(h, slot);
    if (off < 0) continue;
    const i = h.owner[Math.floor(off / PAGE_WORDS)] - 1;
    if (i < 0 || h.kind[i] !== KIND.faulted) continue;
    out.add('FAULTED_REACHED', () => `${name(slot)}, points to ${nameWord(h, h.arena + off)} in span ${i}, whose object was freed`);
  }
  out.checks += end - start;
}

/** Words checked at the start of each page. Faulted memory only grows and most objects are small, so a part must do. */
const CHECKED_WORDS = 128;

/** Checks that each faulted page still holds the fault pattern, when all spans are swept. */
export function checkFaultedMemory(h: HeapView, out: Findings): void {
  for (let i = 0; i < h.nspans; i++) {
    if (h.kind[i] !== KIND.faulted) continue;
    for (let page = 0; page < spanPages(h, i); page++) checkPage(h, out, i, h.arena + spanStart(h, i) + page * PAGE_WORDS);
  }
}

function checkPage(h: HeapView, out: Findings, i: number, start: number): void {
  for (let at = start; at < start + CHECKED_WORDS; at++) {
    if (h.m[at] === FAULT_PATTERN) continue;
    out.add('FAULTED_WRITTEN', () => `${nameWord(h, at)} in span ${i}, whose object was freed, holds ${h.m[at]}`);
    break;
  }
  out.checks += CHECKED_WORDS;
}
