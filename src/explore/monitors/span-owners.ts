/**
 * A span has one owner, and only the owner touches the fields that are declared to be the
 * owner's. The owner is
 *
 *   the sweeper      from its CAS of sweepgen from h-2 to h-1 until it stores h
 *   the caching P    while incache is set
 *   the first M      from the heap's allocation until the span is put on a list
 *   a lock holder    otherwise: the lock of the structure that contains the span
 */
import { CONFIG, Config } from '../../memory/config.ts';
import type { Ref } from '../../memory/address.ts';
import { SPAN_STATE, Span } from '../../heap/span.ts';
import { mcentralAt } from '../../malloc/mcentral.ts';
import { MHEAP_LOCK } from '../../malloc/mheap-record.ts';
import { STACKPOOL, StackPool } from '../../malloc/stack.ts';
import { nameWord } from '../../inspect/name-word.ts';
import type { Monitor } from '../monitor.ts';
import { ACCESS, type Site } from '../../rewrite/sites.ts';
import type { Books } from './books.ts';
import type { Report } from './report.ts';

const NOBODY = -1;
/** Some thread, since the start: the first one that acts as the owner. */
const UNKNOWN = -2;

/** Kinds of fields of a span. */
const OTHER = 0;
const OWNED = 1;
const SPECIALS = 2;
const SWEEPGEN = 3;
const INCACHE = 4;
const STATE = 5;
const ON_LIST = 6;

const WORDS = Span.words;
const STACKPOOL_LOCK = STACKPOOL + StackPool.at.lock;
const { xsweepgen, incache, state, list, specials, speciallock, sizeclass, nelems } = Span.at;

export class SpanOwners implements Monitor {
  readonly #books: Books;
  readonly #report: Report;
  readonly #racy: Uint8Array;
  readonly #fields = fieldKinds();
  #m: Int32Array = new Int32Array(0);
  /** Word of the first span record. */
  #from = 0;
  /** Words of all span records. */
  #words = 0;
  /** By span, the thread that sweeps it. */
  #sweeper = new Int8Array(0);
  /** By span, the thread that caches it. */
  #cacher = new Int8Array(0);
  /** By span, the thread that has just allocated it. */
  #holder = new Int8Array(0);
  #state = new Uint8Array(0);
  /** By span, the site at which its owner became the owner. */
  #since = new Int32Array(0);

  constructor(books: Books, report: Report, sites: readonly Site[]) {
    this.#books = books;
    this.#report = report;
    this.#racy = Uint8Array.from(sites, ({ file }) => (file === 'src/sync/racy.ts' ? 1 : 0));
  }

  begin(m: Int32Array): void {
    this.#m = m;
    // Record 0 is the empty span, which no thread writes.
    this.#from = m[CONFIG + Config.at.spans] + WORDS;
    const count = m[CONFIG + Config.at.maxSpans] - 1;
    this.#words = count * WORDS;
    if (this.#sweeper.length !== count) {
      this.#sweeper = new Int8Array(count);
      this.#cacher = new Int8Array(count);
      this.#holder = new Int8Array(count);
      this.#state = new Uint8Array(count);
      this.#since = new Int32Array(count);
    }
    this.#sweeper.fill(NOBODY);
    this.#holder.fill(NOBODY);
    this.#since.fill(-1);
    for (let i = 0; i < count; i++) {
      const s = this.#from + i * WORDS;
      this.#cacher[i] = m[s + incache] === 0 ? NOBODY : UNKNOWN;
      this.#state[i] = m[s + state];
    }
  }

  access(thread: number, site: number, kind: number, index: number, value: number): void {
    const offset = index - this.#from;
    if (offset < 0 || offset >= this.#words || kind >= ACCESS.fill) return;
    const field = this.#fields[offset % WORDS];
    if (field === OTHER) return;
    const i = Math.floor(offset / WORDS);
    const writes = kind === ACCESS.store || kind === ACCESS.atomicStore || kind === ACCESS.rmw || kind === ACCESS.cas;
    if (field === OWNED || field === SPECIALS) {
      if (this.#racy[site] !== 0 || this.#books.stoppedBy === thread) return;
      if (field === SPECIALS) this.#special(thread, site, i, index, writes);
      else if (writes) this.#write(thread, site, i, index);
      else this.#read(thread, site, i, index);
    } else if (writes) {
      this.#change(thread, site, kind, i, field, value);
    }
  }

  #change(thread: number, site: number, kind: number, i: number, field: number, value: number): void {
    if (field === SWEEPGEN) {
      if (kind === ACCESS.cas) this.#claim(thread, site, i);
      else this.#publish(thread, site, i);
    } else if (field === INCACHE) {
      if (value === 0) this.#uncache(thread, site, i);
      else this.#cache(thread, site, i);
    } else if (field === STATE) {
      this.#state[i] = value;
      this.#holder[i] = value === SPAN_STATE.inUse ? thread : NOBODY;
      this.#since[i] = site;
    } else if (value !== 0) {
      this.#holder[i] = NOBODY;
    }
  }

  #claim(thread: number, site: number, i: number): void {
    if (this.#sweeper[i] !== NOBODY) this.#object('SPAN_CLAIMED_TWICE', `thread ${thread} begins to sweep span ${i}, which thread ${this.#sweeper[i]} sweeps`, site, i);
    if (this.#cacher[i] !== NOBODY) this.#object('SPAN_SWEPT_IN_CACHE', `thread ${thread} begins to sweep span ${i}, which a P caches`, site, i);
    this.#sweeper[i] = thread;
    this.#since[i] = site;
  }

  #publish(thread: number, site: number, i: number): void {
    const sweeper = this.#sweeper[i];
    if (sweeper !== NOBODY && sweeper !== thread) this.#object('SPAN_PUBLISHED_BY_ANOTHER', `thread ${thread} publishes span ${i} as swept, while thread ${sweeper} sweeps it`, site, i);
    this.#sweeper[i] = NOBODY;
  }

  #cache(thread: number, site: number, i: number): void {
    if (this.#cacher[i] !== NOBODY) this.#object('SPAN_CACHED_TWICE', `thread ${thread} caches span ${i}, which is in the cache of ${whose(this.#cacher[i])}`, site, i);
    if (this.#sweeper[i] !== NOBODY) this.#object('SPAN_CACHED_UNSWEPT', `thread ${thread} caches span ${i}, which thread ${this.#sweeper[i]} sweeps`, site, i);
    this.#cacher[i] = thread;
    this.#since[i] = site;
  }

  /** A marking thread may flush the cache of another. */
  #uncache(thread: number, site: number, i: number): void {
    const cacher = this.#cacher[i];
    if (cacher >= 0 && cacher !== thread && this.#books.stoppedBy !== thread && this.#books.marks[thread] === 0) {
      this.#object('SPAN_UNCACHED_BY_ANOTHER', `thread ${thread} takes span ${i} out of the cache of thread ${cacher}`, site, i);
    }
    this.#cacher[i] = NOBODY;
  }

  #read(thread: number, site: number, i: number, index: Ref): void {
    const sweeper = this.#sweeper[i];
    if (sweeper === NOBODY || sweeper === thread) return;
    this.#object('SPAN_OF_ANOTHER', `thread ${thread} reads ${this.#name(index)} while thread ${sweeper} sweeps the span`, site, i);
  }

  #write(thread: number, site: number, i: number, index: Ref): void {
    const sweeper = this.#sweeper[i];
    if (sweeper === thread) return;
    if (sweeper !== NOBODY) this.#object('SPAN_OF_ANOTHER', `thread ${thread} writes ${this.#name(index)} while thread ${sweeper} sweeps the span`, site, i);
    const cacher = this.#cacher[i];
    if (cacher === UNKNOWN) this.#cacher[i] = thread;
    else if (cacher === NOBODY) this.#writeUncached(thread, site, i, index);
    else if (cacher !== thread) this.#object('SPAN_OF_ANOTHER', `thread ${thread} writes ${this.#name(index)}, which is in the cache of thread ${cacher}`, site, i);
  }

  #writeUncached(thread: number, site: number, i: number, index: Ref): void {
    const books = this.#books;
    const m = this.#m;
    const s = this.#from + i * WORDS;
    if (this.#holder[i] === thread || books.holds(thread, MHEAP_LOCK)) return;
    if (this.#state[i] === SPAN_STATE.inUse) {
      // The program owns a large object, the mcentral a span of a class.
      const c = m[s + sizeclass];
      if (c === 0 || books.holds(thread, mcentralAt(c))) return;
    } else if (books.holds(thread, STACKPOOL_LOCK) || (this.#state[i] === SPAN_STATE.stack && m[s + nelems] === 1)) {
      return;
    }
    this.#object('SPAN_OF_NOBODY', `thread ${thread} writes ${this.#name(index)}, and neither owns the span nor holds a lock that guards it`, site, i);
  }

  /** Checks an access of the list of specials: the sweeper guards it, then its lock. */
  #special(thread: number, site: number, i: number, index: Ref, writes: boolean): void {
    const sweeper = this.#sweeper[i];
    if (sweeper === thread || this.#state[i] !== SPAN_STATE.inUse) return;
    if (sweeper !== NOBODY) this.#object('SPAN_OF_ANOTHER', `thread ${thread} ${writes ? 'writes' : 'reads'} ${this.#name(index)} while thread ${sweeper} sweeps the span`, site, i);
    if (this.#books.stoppedBy >= 0 || this.#books.marks[thread] !== 0) return;
    if (this.#books.holds(thread, this.#from + i * WORDS + speciallock)) return;
    this.#object('SPAN_OF_NOBODY', `thread ${thread} ${writes ? 'writes' : 'reads'} ${this.#name(index)} and neither sweeps the span nor holds its speciallock`, site, i);
  }

  end(): void {
    const i = this.#sweeper.findIndex((sweeper) => sweeper !== NOBODY);
    if (i >= 0) this.#report.objectAtEnd('SPAN_LEFT_UNSWEPT', `thread ${this.#sweeper[i]} has finished without publishing span ${i} as swept`, this.#origin(i));
  }

  #object(law: string, message: string, site: number, i: number): never {
    return this.#report.object(law, message, site, this.#origin(i));
  }

  #origin(i: number): string[] {
    return this.#since[i] < 0 ? [] : ['its owner took it', ...this.#report.place(this.#since[i], [])];
  }

  #name(index: Ref): string {
    return nameWord(this.#m, index);
  }
}

function whose(cacher: number): string {
  return cacher === UNKNOWN ? 'some P' : `thread ${cacher}`;
}

/** By offset in a span record. */
function fieldKinds(): Uint8Array {
  const kinds = new Uint8Array(WORDS);
  for (const [name, { guardian }] of Object.entries(Span.fields)) if (guardian.kind === 'owner') kinds[Span.at[name as keyof typeof Span.at]] = OWNED;
  kinds[specials] = SPECIALS;
  kinds[xsweepgen] = SWEEPGEN;
  kinds[incache] = INCACHE;
  kinds[state] = STATE;
  kinds[list] = ON_LIST;
  return kinds;
}
