/**
 * Fields are touched as their guardians say (memory/guardian.ts). Watched are the guardians
 * that the memory alone decides:
 *
 *   lock          written and read by the lock holder, or in a stopped world
 *   listLock      the same, with the lock of the list that the span is on
 *   stoppedWorld  written in a stopped world
 *   boot          never written
 *
 * The rules are laid out once for each memory, word by word, from the registry of records.
 * A record on a list gets its rules when it is linked. A channel gets them when its lock is
 * first taken, and loses them when the allocator writes to it.
 */
import type { Ref } from '../../memory/address.ts';
import { CONFIG, Config } from '../../memory/config.ts';
import type { Guardian } from '../../memory/guardian.ts';
import { declaredRecord, type Field, type Struct } from '../../memory/struct.ts';
import { Hchan } from '../../heap/hchan.ts';
import { SPAN_STATE, Span } from '../../heap/span.ts';
import { NUM_SIZE_CLASSES } from '../../heap/size-classes.ts';
import { MCentral, mcentralAt } from '../../malloc/mcentral.ts';
import { MHEAP, MHEAP_LOCK, MHeap } from '../../malloc/mheap-record.ts';
import { STACKPOOL, StackPool } from '../../malloc/stack.ts';
import { nameWord } from '../../inspect/name-word.ts';
import { fixedRows, listPlaces, listedRefs, type Row } from '../../inspect/records.ts';
import type { Monitor } from '../monitor.ts';
import { ACCESS, type Site } from '../../rewrite/sites.ts';
import type { Books } from './books.ts';
import { LOCK_OP, LOCK_WORDS, describeLock, lockOffsetIn } from './locks.ts';
import type { Report } from './report.ts';

/** How a word finds the lock that guards it. */
const FIXED = 0;
/** At `lock` words from the word itself. */
const BESIDE = 1;
/** In the record that the word `lock` words from the word itself refers to, at `inner`. */
const VIA = 2;
/** The mcentral of the span's class, while it is in use. */
const OF_CLASS = 3;
/** The lock of the structure with the list that the span is on. */
const OF_LIST = 4;
/** No lock: the stopped world. */
const STOPPED = 5;
/** No lock, and no M writes it. */
const BOOT = 6;

interface Rule {
  readonly how: number;
  readonly lock: number;
  readonly inner: number;
  /** Any M may read. */
  readonly readable: boolean;
  /** Any M may read with Atomics. */
  readonly atomicallyReadable: boolean;
  /** A stack span is its owner's. */
  readonly exceptStacks: boolean;
}

const NO_RULE: Rule = { how: FIXED, lock: 0, inner: 0, readable: true, atomicallyReadable: true, exceptStacks: false };
const SPANS_AT = CONFIG + Config.at.spans;
const LISTS = listPlaces();
const WRITES = new Set<number>([ACCESS.store, ACCESS.atomicStore, ACCESS.rmw, ACCESS.cas]);

export class Guards implements Monitor {
  readonly #books: Books;
  readonly #report: Report;
  /** By site: 1 for racyLoad and racyStore, whose callers argue why they are right. */
  readonly #racy: Uint8Array;
  #m: Int32Array = new Int32Array(0);
  /** By word, the number of its rule; 0 for none. */
  #ruleOf = new Uint16Array(0);
  #rules: Rule[] = [];
  /** #ruleOf without the records found later. */
  #fixed = new Uint16Array(0);
  /** Channels found by their locks. */
  #found: Ref[] = [];
  /** By site: 1 for those of the allocator. */
  readonly #allocates: Uint8Array;

  constructor(books: Books, report: Report, sites: readonly Site[]) {
    this.#books = books;
    this.#report = report;
    this.#racy = Uint8Array.from(sites, ({ file }) => (file === 'src/sync/racy.ts' ? 1 : 0));
    this.#allocates = Uint8Array.from(sites, ({ file }) => (file.startsWith('src/malloc/') || file === 'src/memory/clear.ts' ? 1 : 0));
  }

  begin(m: Int32Array): void {
    if (this.#m === m) this.#ruleOf.set(this.#fixed);
    else this.#layOut(m);
    this.#found = [];
    for (const place of LISTS) for (const at of listedRefs(m, place)) this.#addRules({ record: place.record, at, count: 1, words: place.record.words });
  }

  #layOut(m: Int32Array): void {
    this.#m = m;
    this.#ruleOf = new Uint16Array(m.length);
    this.#rules = [NO_RULE];
    for (const row of fixedRows(m)) this.#addRules(row);
    this.#fixed = this.#ruleOf.slice();
  }

  #addRules({ record, at, count, words }: Row): void {
    for (let i = 0; i < count; i++) this.#addRecord(record, at + i * words);
  }

  #addRecord(record: Struct, at: Ref): void {
    for (const [name, field] of Object.entries(record.fields)) {
      const from = at + record.at[name];
      if (field.guardian.kind === 'parts') this.#addParts(field, from);
      for (let i = 0; i < field.words; i++) {
        const rule = ruleFor(field.guardian, record, record.at[name] + i);
        if (rule !== null) this.#ruleOf[from + i] = this.#number(rule);
      }
    }
  }

  #addParts({ part, words }: Field, from: Ref): void {
    const inner = part === undefined ? undefined : declaredRecord(part);
    if (inner !== undefined) this.#addRules({ record: inner, at: from, count: Math.floor(words / inner.words), words: inner.words });
  }

  #number(rule: Rule): number {
    const known = this.#rules.findIndex((each) => each.how === rule.how && each.lock === rule.lock && each.inner === rule.inner && each.readable === rule.readable && each.atomicallyReadable === rule.atomicallyReadable && each.exceptStacks === rule.exceptStacks);
    return known >= 0 ? known : this.#rules.push(rule) - 1;
  }

  access(thread: number, site: number, kind: number, index: number, value: number, old: number): void {
    // Ranges and bytes are not parts of records.
    if (kind >= ACCESS.fill) return;
    const number = this.#ruleOf[index];
    if (number === 0) {
      if (this.#books.ops[site] === LOCK_OP.take) this.#find(index);
      return;
    }
    const writes = WRITES.has(kind);
    if (writes) {
      this.#link(index, value);
      if (this.#allocates[site] !== 0 && this.#lose(index)) return;
    }
    if (this.#racy[site] !== 0 || this.#books.stoppedBy === thread) return;
    const rule = this.#rules[number];
    if (rule.how >= STOPPED) {
      if (writes) this.#writtenWhileRunning(rule, thread, site, index, value);
      return;
    }
    if (!writes && (rule.readable || (kind === ACCESS.atomicLoad && rule.atomicallyReadable) || this.#books.stoppedBy >= 0 || this.#books.marks[thread] !== 0)) return;
    const lock = this.#lockOf(rule, index, writes, value, old);
    if (lock === 0 || this.#books.holds(thread, lock)) return;
    const m = this.#m;
    const does = writes ? `writes ${value} to` : 'reads';
    const holder = this.#books.holder[lock] - 1;
    const whose = holder < 0 ? 'no thread holds it' : `thread ${holder} holds it`;
    this.#report.object('LOCK_NOT_HELD', `thread ${thread} ${does} ${nameWord(m, index)} without ${describeLock(m, lock)}; ${whose}`, site, this.#books.whereTaken(lock));
  }

  /** A record is linked at the head of a list: its words get their rules. */
  #link(index: Ref, value: number): void {
    if (value === 0) return;
    for (const { head, record } of LISTS) if (head === index) this.#addRecord(record, value);
  }

  /** The lock at `lock` is taken: if a channel contains it, the channel gets its rules. */
  #find(lock: Ref): void {
    const at = lock - Hchan.at.lock;
    if (lock < this.#m[CONFIG + Config.at.arenaStart] || this.#found.includes(at)) return;
    this.#found.push(at);
    this.#addRecord(Hchan, at);
  }

  /** The allocator writes to `index`: returns true if that was part of a channel, which is no longer one. */
  #lose(index: Ref): boolean {
    const i = this.#found.findIndex((at) => index >= at && index < at + Hchan.words);
    if (i < 0) return false;
    this.#ruleOf.fill(0, this.#found[i], this.#found[i] + Hchan.words);
    this.#found.splice(i, 1);
    return true;
  }

  #writtenWhileRunning({ how }: Rule, thread: number, site: number, index: Ref, value: number): void {
    const what = `thread ${thread} writes ${value} to ${nameWord(this.#m, index)}`;
    if (how === BOOT) this.#report.object('CONSTANT_WRITTEN', `${what}, which is constant since boot`, site);
    if (this.#books.marks[thread] === 0) this.#report.object('WORLD_NOT_STOPPED', `${what} while the world runs`, site);
  }

  /** The word of the lock that guards `index` now; 0 for none. */
  #lockOf({ how, lock, inner, exceptStacks }: Rule, index: Ref, writes: boolean, value: number, old: number): Ref {
    const m = this.#m;
    if (how === FIXED && !exceptStacks) return lock;
    if (how === BESIDE) return index + lock;
    if (how === VIA) return m[index + lock] === 0 ? 0 : m[index + lock] + inner;
    const s = index - ((index - m[SPANS_AT]) % Span.words);
    if (how === FIXED) return m[s + Span.at.state] === SPAN_STATE.stack ? 0 : lock;
    if (how === OF_CLASS) {
      const sizeclass = m[s + Span.at.sizeclass];
      return m[s + Span.at.state] === SPAN_STATE.inUse && sizeclass !== 0 ? mcentralAt(sizeclass) : 0;
    }
    if (!writes || index !== s + Span.at.list) return lockOfList(m[s + Span.at.list]);
    return lockOfList(value !== 0 ? value : old);
  }
}

/** The rule of the word `offset` words into `record`; null if its guardian is not watched. */
function ruleFor(guardian: Guardian, record: Struct, offset: number): Rule | null {
  if (guardian.kind === 'listLock') return { ...NO_RULE, how: OF_LIST, readable: false, atomicallyReadable: false };
  if (guardian.kind === 'stoppedWorld') return { ...NO_RULE, how: STOPPED };
  if (guardian.kind === 'boot') return { ...NO_RULE, how: BOOT };
  if (guardian.kind !== 'lock') return null;
  const { lock, via, reads, onStacks } = guardian;
  const rule = { ...NO_RULE, readable: reads === 'free', atomicallyReadable: reads === 'free' || reads === 'atomic', exceptStacks: !onStacks };
  if (via !== undefined) return { ...rule, how: VIA, lock: record.at[via] - offset, inner: lockOffsetIn(lock) };
  const own = Object.keys(record.fields).find((name) => record.fields[name].lock === lock);
  if (own !== undefined) return { ...rule, how: BESIDE, lock: record.at[own] - offset };
  const fixed = LOCK_WORDS.get(lock);
  if (fixed !== undefined) return { ...rule, lock: fixed };
  return record === Span && lock === 'mcentral.lock' ? { ...rule, how: OF_CLASS } : null;
}

/** The lock of the structure that the list head at `list` lies in; 0 for none. */
function lockOfList(list: Ref): Ref {
  if (list >= MHEAP && list < MHEAP + MHeap.words) return MHEAP_LOCK;
  if (list >= STACKPOOL && list < STACKPOOL + StackPool.words) return STACKPOOL + StackPool.at.lock;
  const inMcentrals = list - mcentralAt(0);
  return inMcentrals >= 0 && inMcentrals < NUM_SIZE_CLASSES * MCentral.words ? list - (inMcentrals % MCentral.words) : 0;
}
