/** The roots: ranges of memory whose pointers keep blocks alive. */
import { CONFIG, Config } from '../memory/config.ts';
import { G, G_STATUS } from '../machine/g.ts';
import { SCHED, Sched } from '../machine/sched.ts';
import { SPECIAL_KIND, Special } from '../heap/special.ts';
import { FIN, Fin, FinBlock, Finalizer } from '../malloc/finq.ts';
import { hasRefwords } from './refwords.ts';
import { isPersistent, specialsOf } from './specials.ts';
import { KIND, blockAt, isScanned, nameWord, spanStart, type HeapView } from './view.ts';

export const ROOT = { data: 0, bss: 1, stack: 2, finalizers: 3, object: 4 } as const;

/** Four numbers for each root: its ROOT kind, its id within the kind, the first word, and the end (exclusive). */
export type Roots = number[];

export const ROOT_NUMBERS = 4;

/** Finds the roots of a stopped world. */
export function findRoots(h: HeapView, roots: Roots): void {
  const m = h.m;
  const at = Config.at;
  roots.length = 0;
  roots.push(ROOT.data, 0, m[CONFIG + at.data], m[CONFIG + at.bss]);
  roots.push(ROOT.bss, 0, m[CONFIG + at.bss], m[CONFIG + at.cycleLog]);
  addStacks(h, roots);
  addQueuedFinalizers(h, roots);
  addFinalizedObjects(h, roots);
}

/** Adds the frames of each goroutine. Words past the stack pointer are dead. */
function addStacks(h: HeapView, roots: Roots): void {
  const m = h.m;
  const n = m[SCHED + Sched.at.allglen];
  for (let i = 0; i < n; i++) {
    const gp = m[CONFIG + Config.at.gs] + i * G.words;
    const status = Atomics.load(m, gp + G.at.xstatus);
    if (status === G_STATUS.dead || status === G_STATUS.idle) continue;
    const stack = m[gp + G.at.stack];
    const sp = Math.min(m[gp + G.at.sp], stack + m[gp + G.at.stackWords]);
    roots.push(ROOT.stack, m[gp + G.at.id], stack, sp);
  }
}

/** Adds the finalizer queue: a queued or running finalizer keeps its object alive. */
function addQueuedFinalizers(h: HeapView, roots: Roots): void {
  const m = h.m;
  for (let block = m[FIN + Fin.at.allfin]; isPersistent(m, block); block = m[block + FinBlock.at.alllink]) {
    const start = block + FinBlock.at.fin;
    roots.push(ROOT.finalizers, block, start, start + m[block + FinBlock.at.cnt] * Finalizer.words);
  }
}

/**
 * Adds the objects with a finalizer: their pointers are roots, the objects themselves are not kept.
 * The collector of 2010 skips pointer-free objects, the later ones don't.
 */
function addFinalizedObjects(h: HeapView, roots: Roots): void {
  const m = h.m;
  for (let i = 0; i < h.nspans; i++) {
    if (h.kind[i] !== KIND.small && h.kind[i] !== KIND.large) continue;
    for (const x of specialsOf(h, i)) {
      if (m[x + Special.at.kind] !== SPECIAL_KIND.finalizer) continue;
      const off = blockAt(h, spanStart(h, i) + (m[x + Special.at.offset] >>> 2));
      if (off >= 0 && (!hasRefwords(h) || isScanned(h, off))) roots.push(ROOT.object, off, h.arena + off, h.arena + off + h.pageStep[off >> 11]);
    }
  }
}

/** Names the word at `slot` of root number `r`: `stack of goroutine 3, word 2`. */
export function nameRoot(h: HeapView, roots: Roots, r: number, slot: number): string {
  const [kind, what, from] = roots.slice(r * ROOT_NUMBERS);
  const word = `word ${(slot - from) >> h.shift}`;
  switch (kind) {
    case ROOT.data:
      return `data, ${word}`;
    case ROOT.bss:
      return `bss, ${word}`;
    case ROOT.stack:
      return `stack of goroutine ${what}, ${word}`;
    case ROOT.finalizers:
      return `queued finalizers, entry ${Math.floor((slot - from) / Finalizer.words)}`;
    default:
      return `object with a finalizer ${nameWord(h, h.arena + what)}, ${word}`;
  }
}
