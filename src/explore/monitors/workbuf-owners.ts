/**
 * A node of a lock-free stack has one owner: the stack, or the thread that has popped it and not
 * yet pushed it. Only that thread reads or writes the contents of a workbuf.
 */
import { CONFIG, Config } from '../../memory/config.ts';
import type { Ref } from '../../memory/address.ts';
import { LFNode, LFStack } from '../../sync/lfstack.ts';
import { EMPTY, FULL, WORK, Work } from '../../gc/work.ts';
import { nameWord } from '../../inspect/name-word.ts';
import type { Monitor } from '../monitor.ts';
import { ACCESS, type Site } from '../../rewrite/sites.ts';
import type { Report } from './report.ts';

/** No owner is known yet. */
const UNKNOWN = 0;
const STACKED = 1;
/** Owned by thread i: OWNED + i. */
const OWNED = 2;

const NONE = 0;
const PUSH = 1;
const POP = 2;

const NBUFS = WORK + Work.at.nbufs;

export class WorkbufOwners implements Monitor {
  readonly #report: Report;
  /** By site, PUSH or POP for the CAS of one. */
  readonly #ops: Uint8Array;
  #m: Int32Array = new Int32Array(0);
  /** By word, the owner of the node that begins there. */
  #owner = new Uint8Array(0);
  #from = 0;
  #to = 0;
  #bufWords = 1;
  /** By word, the site at which the owner of the node that begins there became the owner. */
  #since = new Int32Array(0);

  constructor(report: Report, sites: readonly Site[]) {
    this.#report = report;
    this.#ops = Uint8Array.from(sites, ({ file, fn, kind }) => (file !== 'src/sync/lfstack.ts' || kind !== 'cas' ? NONE : fn.startsWith('lfstackpush') ? PUSH : POP));
  }

  begin(m: Int32Array): void {
    this.#m = m;
    if (this.#owner.length !== m.length) {
      this.#owner = new Uint8Array(m.length);
      this.#since = new Int32Array(m.length);
    }
    this.#owner.fill(UNKNOWN);
    this.#since.fill(-1);
    this.#from = m[CONFIG + Config.at.workbufs];
    this.#bufWords = m[CONFIG + Config.at.workbufWords];
    // The memory of a machine without a heap may end before the region does.
    this.#to = Math.min(this.#from + m[CONFIG + Config.at.maxWorkbufs] * this.#bufWords, m.length);
    for (const stack of [FULL, EMPTY]) {
      for (let node = this.#nodeOf(stack, m[stack]); node !== 0; node = this.#nodeOf(stack, m[node + LFNode.at.xnext])) this.#owner[node] = STACKED;
    }
  }

  access(thread: number, site: number, kind: number, index: number, value: number, old: number): void {
    if (index >= this.#from && index < this.#to && kind < ACCESS.byteLoad) {
      if (kind === ACCESS.fill || kind === ACCESS.copy) this.#range(thread, site, kind, index, value, old);
      else this.#touch(thread, site, kind, index);
    } else if (kind === ACCESS.cas) {
      if (this.#ops[site] === PUSH) this.#push(thread, site, index, value);
      else if (this.#ops[site] === POP) this.#pop(thread, site, index, value, old);
    } else if (index === NBUFS && kind === ACCESS.store) {
      this.#own(this.#from + (value - 1) * this.#bufWords, OWNED + thread, site);
    }
  }

  #own(node: Ref, owner: number, site: number): void {
    this.#owner[node] = owner;
    this.#since[node] = site;
  }

  #push(thread: number, site: number, stack: Ref, head: number): void {
    const node = this.#nodeOf(stack, head);
    const owner = this.#owner[node];
    if (owner === STACKED) this.#object('NODE_PUSHED_TWICE', `thread ${thread} pushes ${this.#name(node)}, which is on a stack`, site, node);
    if (owner >= OWNED && owner !== OWNED + thread) this.#object('NODE_OF_ANOTHER', `thread ${thread} pushes ${this.#name(node)}, which thread ${owner - OWNED} owns`, site, node);
    this.#own(node, STACKED, site);
  }

  #pop(thread: number, site: number, stack: Ref, head: number, old: number): void {
    const node = this.#nodeOf(stack, old);
    if (this.#owner[node] >= OWNED) this.#object('NODE_POPPED_TWICE', `thread ${thread} pops ${this.#name(node)}, which thread ${this.#owner[node] - OWNED} owns`, site, node);
    const next = this.#nodeOf(stack, head);
    if (next !== 0 && this.#owner[next] >= OWNED) this.#object('STACK_OF_OWNED', `after thread ${thread} has popped ${this.#name(node)} the stack begins with ${this.#name(next)}, which thread ${this.#owner[next] - OWNED} owns`, site, next);
    this.#own(node, OWNED + thread, site);
  }

  #touch(thread: number, site: number, kind: number, index: Ref): void {
    const within = (index - this.#from) % this.#bufWords;
    // A popping thread loads the link of a node before it owns the node.
    if (within === LFNode.at.xnext && kind === ACCESS.atomicLoad) return;
    const node = index - within;
    const owner = this.#owner[node];
    if (owner === UNKNOWN || owner === OWNED + thread) return;
    const whose = owner === STACKED ? 'is on a stack' : `thread ${owner - OWNED} owns`;
    this.#object('WORKBUF_OF_ANOTHER', `thread ${thread} touches ${this.#name(index)} of a workbuf that ${whose}`, site, node);
  }

  /** Checks a fill of `count` words from `index`, or a copy of as many from `from`. */
  #range(thread: number, site: number, kind: number, index: Ref, count: number, from: number): void {
    if (count <= 0) return;
    this.#touch(thread, site, kind, index);
    this.#touch(thread, site, kind, index + count - 1);
    if (kind === ACCESS.copy && from >= this.#from && from < this.#to) this.#touch(thread, site, kind, from);
  }

  end(): void {
    for (let node = this.#from; node < this.#to; node += this.#bufWords) {
      if (this.#owner[node] < OWNED) continue;
      this.#report.objectAtEnd('WORKBUF_KEPT', `thread ${this.#owner[node] - OWNED} has finished and owns ${this.#name(node)}`, this.#origin(node));
    }
  }

  /** Returns the node that a packed head names; 0 for none. */
  #nodeOf(stack: Ref, head: number): Ref {
    const m = this.#m;
    const bits = m[CONFIG + Config.at.lfstackIdBits];
    const id = bits === 32 ? head : head & ((1 << bits) - 1);
    return id === 0 ? 0 : m[stack + LFStack.at.base] + (id - 1) * m[stack + LFStack.at.stride];
  }

  #object(law: string, message: string, site: number, node: Ref): never {
    return this.#report.object(law, message, site, this.#origin(node));
  }

  #origin(node: Ref): string[] {
    return this.#since[node] < 0 ? [] : ['its owner took it', ...this.#report.place(this.#since[node], [])];
  }

  #name(at: Ref): string {
    return nameWord(this.#m, at);
  }
}
