/** Memory that faults must not be in use: no live word points at it. */
import type { Findings } from './problems.ts';
import { ROOT_NUMBERS, nameRoot, type Roots } from './roots.ts';
import { KIND, PAGE_WORDS, nameBlock, nameWord, pointerAt, type HeapView } from './view.ts';

/**
 * For the end of a mark: looks at every word that was scanned. Not on the 32-bit machine,
 * where any number may look like a pointer.
 */
export function checkFaults(h: HeapView, out: Findings, roots: Roots): void {
  if (h.ptrWords === 1 || !h.kind.subarray(0, h.nspans).includes(KIND.faulted)) return;
  for (let r = 0; r < roots.length; r += ROOT_NUMBERS) {
    scan(h, out, roots[r + 2], roots[r + 3], (slot) => nameRoot(h, roots, r / ROOT_NUMBERS, slot));
  }
  for (let page = 0; page < h.pages; page++) {
    const step = h.pageStep[page];
    if (step === 0) continue;
    const start = h.pageStart[page];
    const first = start + Math.ceil((page * PAGE_WORDS - start) / step) * step;
    for (let off = first; off < Math.min((page + 1) * PAGE_WORDS, h.pageEnd[page]); off += step) {
      const bit = off >> h.shift;
      if (((h.reached[bit >> 5] >>> (bit & 31)) & 1) === 0) continue;
      const low = h.m[h.arena - ((bit >> 4) << 1) - 2] >>> (bit & 15);
      if ((low & 0x10000) === 0) continue;
      scan(h, out, h.arena + off, h.arena + off + step, () => `block ${nameBlock(h, off)}`);
    }
  }
}

function scan(h: HeapView, out: Findings, from: number, to: number, where: (slot: number) => string): void {
  for (let i = from; i < to; i += h.ptrWords) {
    const off = pointerAt(h, i);
    if (off < 0) continue;
    const owner = h.owner[off >> 11] - 1;
    if (owner < 0 || h.kind[owner] !== KIND.faulted) continue;
    out.add('FAULTED_REACHED', () => `${where(i)} points at ${nameWord(h, h.arena + off)}, which faults`);
  }
  out.checks += to - from;
}
