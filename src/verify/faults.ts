/** Memory that faults: nobody reaches it, or has written to it. */
import { FAULT_PATTERN } from '../malloc/sys.ts';
import type { Findings } from './problems.ts';
import { ROOT_NUMBERS, nameRoot, type Roots } from './roots.ts';
import { blockCount, blockWords } from './spans.ts';
import { KIND, PAGE_WORDS, hasBit, nameBlock, nameWord, pointerAt, spanPages, spanStart, type HeapView } from './view.ts';

/**
 * At the end of marking: looks at each word that the collector may take for a pointer. Not on
 * the 32-bit machine, where any number may look like one.
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
      if (!hasBit(h, h.reached, off) || !mayHoldPointers(h, off)) continue;
      scan(h, out, h.arena + off, h.arena + off + words, (slot) => `block ${nameBlock(h, off)}, word ${(slot - h.arena - off) >> h.shift}`);
    }
  }
}

function mayHoldPointers(h: HeapView, off: number): boolean {
  const bit = off >> h.shift;
  return ((h.m[h.arena - 2 * (bit >> 4) - 2] >>> ((bit & 15) + 16)) & 1) !== 0;
}

function scan(h: HeapView, out: Findings, start: number, end: number, name: (slot: number) => string): void {
  for (let slot = start; slot < end; slot += h.ptrWords) {
    const off = pointerAt(h, slot);
    if (off < 0) continue;
    const i = h.owner[Math.floor(off / PAGE_WORDS)] - 1;
    if (i < 0 || h.kind[i] !== KIND.faulted) continue;
    out.add('FAULTED_REACHED', () => `${name(slot)}, points at ${nameWord(h, h.arena + off)} in span ${i}, whose object was freed`);
  }
  out.checks += end - start;
}

/** Words looked at in each page: what was taken away only grows, and most objects are small. */
const LOOKED_AT = 128;

/** When all is swept: each page begins as it was left. */
export function checkFaultedMemory(h: HeapView, out: Findings): void {
  for (let i = 0; i < h.nspans; i++) {
    if (h.kind[i] !== KIND.faulted) continue;
    for (let page = 0; page < spanPages(h, i); page++) checkPage(h, out, i, h.arena + spanStart(h, i) + page * PAGE_WORDS);
  }
}

function checkPage(h: HeapView, out: Findings, i: number, start: number): void {
  for (let at = start; at < start + LOOKED_AT; at++) {
    if (h.m[at] === FAULT_PATTERN) continue;
    out.add('FAULTED_WRITTEN', () => `${nameWord(h, at)} in span ${i}, whose object was freed, holds ${h.m[at]}`);
    break;
  }
  out.checks += LOOKED_AT;
}
