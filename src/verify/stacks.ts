/** Stacks: each lies in a span of its size and has one owner, and the counts agree. */
import { CONFIG, Config } from '../memory/config.ts';
import { G, G_STATUS } from '../machine/g.ts';
import { SCHED, Sched } from '../machine/sched.ts';
import { Span } from '../heap/span.ts';
import { MCache } from '../malloc/mcache-record.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { cacheOf, procs } from './caches.ts';
import type { Findings } from './problems.ts';
import { SPAN_KIND, PAGE_WORDS, nameWord, spanPages, spanRef, wide, type HeapView } from './view.ts';

/** Number of stack orders that a P caches. */
const ORDERS = MCache.fields.stackList.words;

/** Kinds of owners of a stack. */
const OWNER = ['goroutine', 'P', 'span'] as const;

/** Encodes an owner: the goroutine, P or span with the index `n`. */
function owner(kind: (typeof OWNER)[number], n: number): number {
  return n * OWNER.length + OWNER.indexOf(kind);
}

function nameOwner(h: HeapView, code: number): string {
  const kind = OWNER[code % OWNER.length];
  const n = Math.floor(code / OWNER.length);
  return `${kind} ${kind === 'goroutine' ? h.m[h.m[CONFIG + Config.at.gs] + n * G.words + G.at.id] : n}`;
}

/** Checks that every P returned its free stacks to the pools before marking. */
export function checkNoneKept(h: HeapView, out: Findings): void {
  for (let p = 0; p < procs(h); p++) {
    for (let order = 0; order < ORDERS; order++) {
      const kept = h.m[cacheOf(h, p) + MCache.at.stackWords + order];
      if (kept !== 0) out.add('STACKS_KEPT', () => `P ${p} still keeps ${kept} words of stacks of order ${order}`);
    }
  }
}

export class Stacks {
  /** By stack: its owner. */
  private readonly owner = new Map<number, number>();
  /** By span record: number of its stacks that have an owner. */
  private taken = new Int32Array(64);

  check(h: HeapView, out: Findings): void {
    this.owner.clear();
    if (this.taken.length < h.nspans) this.taken = new Int32Array(h.nspans * 2);
    this.taken.fill(0, 0, h.nspans);
    this.readGoroutines(h, out);
    this.readCaches(h, out);
    let pages = 0;
    for (let i = 0; i < h.nspans; i++) {
      if (h.kind[i] !== SPAN_KIND.stack) continue;
      pages += spanPages(h, i);
      this.checkSpan(h, out, i);
    }
    const inuse = wide(h.m, MSTATS + MStats.at.stacksInuse);
    if (inuse !== pages * PAGE_WORDS * 4) out.add('STACK_COUNT', () => `stacksInuse is ${inuse}, but the stack spans make ${pages * PAGE_WORDS * 4}`);
    out.checks += this.owner.size;
  }

  private readGoroutines(h: HeapView, out: Findings): void {
    const m = h.m;
    const n = Math.min(m[SCHED + Sched.at.allglen], m[CONFIG + Config.at.maxGs]);
    for (let i = 0; i < n; i++) {
      const gp = m[CONFIG + Config.at.gs] + i * G.words;
      const status = Atomics.load(m, gp + G.at.xstatus);
      if (status === G_STATUS.dead || status === G_STATUS.idle) continue;
      this.note(h, out, m[gp + G.at.stack], m[gp + G.at.stackWords], owner('goroutine', i));
    }
  }

  private readCaches(h: HeapView, out: Findings): void {
    const m = h.m;
    for (let p = 0; p < procs(h); p++) {
      for (let order = 0; order < ORDERS; order++) {
        const words = m[CONFIG + Config.at.stackMinWords] << order;
        const kept = m[cacheOf(h, p) + MCache.at.stackWords + order];
        let n = 0;
        for (let x = m[cacheOf(h, p) + MCache.at.stackList + order]; x !== 0; x = m[x]) {
          if (!this.note(h, out, x, words, owner('P', p))) break;
          n += words;
        }
        const most = m[CONFIG + Config.at.stackCacheWords];
        // The stack that fills the cache may exceed the limit.
        if (kept >= most + words) out.add('STACKS_KEPT', () => `P ${p} keeps ${kept} words of stacks of ${words}, where ${most} are enough`);
        else if (kept > 0 && words >= most) out.add('STACKS_KEPT', () => `P ${p} keeps stacks of ${words} words, which are spans of their own`);
        if (n !== kept) out.add('STACK_COUNT', () => `P ${p} keeps ${n} words of stacks of ${words}, and counts ${kept}`);
      }
    }
  }

  /** Records `who` as the owner of the stack of `words` words at `x`. Returns false if no such stack exists or it has another owner. */
  private note(h: HeapView, out: Findings, x: number, words: number, who: number): boolean {
    const off = x - h.arena;
    const i = off >= 0 && off < h.used ? h.owner[off >> 11] - 1 : -1;
    const s = i < 0 ? 0 : spanRef(h, i);
    if (i < 0 || h.kind[i] !== SPAN_KIND.stack || h.m[s + Span.at.elemsize] !== words * 4 || (x - h.m[s + Span.at.start]) % words !== 0) {
      explainPlace(h, out, x, words, who);
      return false;
    }
    const before = this.owner.get(x);
    if (before !== undefined) {
      explainTwice(h, out, x, before, who);
      return false;
    }
    this.owner.set(x, who);
    this.taken[i]++;
    return true;
  }

  /** Checks that nalloc + |freelist| == nelems. */
  private checkSpan(h: HeapView, out: Findings, i: number): void {
    const m = h.m;
    const s = spanRef(h, i);
    const words = m[s + Span.at.elemsize] >> 2;
    let free = 0;
    for (let x = m[s + Span.at.freelist]; x !== 0; x = m[x]) {
      if (!this.note(h, out, x, words, owner('span', i))) return;
      free++;
    }
    const taken = this.taken[i] - free;
    const nelems = m[s + Span.at.nelems];
    const fits = Math.floor((spanPages(h, i) * PAGE_WORDS) / words);
    if (taken !== m[s + Span.at.nalloc] || taken + free !== nelems || nelems !== fits || taken === 0) {
      out.add('STACK_COUNT', () => `span ${i} has room for ${fits} stacks and counts ${nelems}, of which ${m[s + Span.at.nalloc]} are taken; ${taken} are, and ${free} are free`);
    }
  }
}

function explainPlace(h: HeapView, out: Findings, x: number, words: number, who: number): void {
  out.add('STACK_PLACE', () => `${nameOwner(h, who)} has a stack of ${words} words at ${nameWord(h, x)}, which is in no span of such stacks`);
}

function explainTwice(h: HeapView, out: Findings, x: number, before: number, who: number): void {
  out.add('STACK_TWICE', () => `the stack at ${nameWord(h, x)} is ${nameOwner(h, before)}'s and ${nameOwner(h, who)}'s`);
}
