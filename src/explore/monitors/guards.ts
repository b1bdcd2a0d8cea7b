/**
 * A lock is held here: fields whose declared guardian is a lock are touched only by who holds
 * it, or by who has stopped the world. Guardians are spelled as `by` in memory/struct.ts says.
 */
import type { Ref } from '../../memory/address.ts';
import { CONFIG, Config } from '../../memory/config.ts';
import { LOCK_ORDER, type LockName } from '../../sync/lock-order.ts';
import { SPAN_STATE, Span } from '../../heap/span.ts';
import { NUM_SIZE_CLASSES } from '../../heap/size-classes.ts';
import { MCentral, mcentralAt } from '../../malloc/mcentral.ts';
import { MHEAP, MHEAP_LOCK, MHeap } from '../../malloc/mheap-record.ts';
import { STACKPOOL, StackPool } from '../../malloc/stack.ts';
import type { Monitor } from '../monitor.ts';
import { ACCESS, type Site } from '../../rewrite/sites.ts';
import type { Books } from './books.ts';
import { LOCK_WORDS, describeLock } from './locks.ts';
import { nameField, recordsOf, type Records } from './records.ts';
import type { Report } from './report.ts';

/** How a word finds its lock. */
const FIXED = 0;
/** The mcentral of the span's class, while it is in use. */
const OF_CLASS = 1;
/** The lock of what the list is in that the span is on. */
const OF_LIST = 2;

interface Rule {
  readonly how: number;
  /** Of FIXED. */
  readonly lock: Ref;
  /** Who has no lock may read. */
  readonly readable: boolean;
  /** Not while the span is one of stacks. */
  readonly exceptStacks: boolean;
}

const SPANS_AT = CONFIG + Config.at.spans;
const OF_LIST_GUARDIAN = 'lock of the list it is on';
const OF_STACKS = 'of stacks, who has the span';
const NAMES = new Set<string>(LOCK_ORDER);
const WRITES = new Set<number>([ACCESS.store, ACCESS.atomicStore, ACCESS.rmw, ACCESS.cas]);

export class Guards implements Monitor {
  readonly #books: Books;
  readonly #report: Report;
  /** By site: 1 for racyLoad and racyStore, which are argued where they stand. */
  readonly #racy: Uint8Array;
  #m: Int32Array = new Int32Array(0);
  /** By word, the number of its rule; 0 for none. */
  #ruleOf = new Uint8Array(0);
  #rules: Rule[] = [];

  constructor(books: Books, report: Report, sites: readonly Site[]) {
    this.#books = books;
    this.#report = report;
    this.#racy = Uint8Array.from(sites, ({ file }) => (file === 'src/sync/racy.ts' ? 1 : 0));
  }

  begin(m: Int32Array): void {
    if (this.#m === m) return;
    this.#m = m;
    this.#ruleOf = new Uint8Array(m.length);
    this.#rules = [{ how: FIXED, lock: 0, readable: true, exceptStacks: false }];
    for (const records of recordsOf(m)) this.#addRules(records);
  }

  #addRules({ struct, at, count }: Records): void {
    for (const [name, { guardian, words }] of Object.entries(struct.fields)) {
      const [who, ...remarks] = guardian.split('; ');
      if (!NAMES.has(who) && who !== OF_LIST_GUARDIAN) continue;
      const exceptStacks = remarks.includes(OF_STACKS);
      const readable = remarks.some((remark) => !remark.startsWith('racily read') && remark !== OF_STACKS);
      for (let i = 0; i < count; i++) {
        const record = at + i * struct.words;
        const rule = this.#number({ ...lockFor(who, record), readable, exceptStacks });
        this.#ruleOf.fill(rule, record + struct.at[name], record + struct.at[name] + words);
      }
    }
  }

  #number(rule: Rule): number {
    const known = this.#rules.findIndex((each) => each.how === rule.how && each.lock === rule.lock && each.readable === rule.readable && each.exceptStacks === rule.exceptStacks);
    return known >= 0 ? known : this.#rules.push(rule) - 1;
  }

  access(thread: number, site: number, kind: number, index: number, value: number, old: number): void {
    // Ranges and bytes are not of records.
    if (kind >= ACCESS.fill) return;
    const number = this.#ruleOf[index];
    if (number === 0 || this.#racy[site] !== 0 || this.#books.stoppedBy === thread) return;
    const rule = this.#rules[number];
    const writes = WRITES.has(kind);
    if (!writes && (rule.readable || this.#books.stoppedBy >= 0 || this.#books.marks[thread] !== 0)) return;
    const lock = this.#lockOf(rule, index, writes, value, old);
    if (lock === 0 || this.#books.holds(thread, lock)) return;
    const m = this.#m;
    const does = writes ? `writes ${value} to` : 'reads';
    const holder = this.#books.holder[lock] - 1;
    const whose = holder < 0 ? 'nobody holds it' : `thread ${holder} holds it`;
    this.#report.object('LOCK_NOT_HELD', `thread ${thread} ${does} ${nameField(m, index)} without ${describeLock(m, lock)}; ${whose}`, site, this.#books.whereTaken(lock));
  }

  /** 0 when there is none now. */
  #lockOf({ how, lock, exceptStacks }: Rule, index: Ref, writes: boolean, value: number, old: number): Ref {
    if (how === FIXED && !exceptStacks) return lock;
    const m = this.#m;
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

function lockFor(who: string, record: Ref): Pick<Rule, 'how' | 'lock'> {
  if (who === OF_LIST_GUARDIAN) return { how: OF_LIST, lock: 0 };
  if (who === 'mcentral.lock' && lockOfList(record) !== record) return { how: OF_CLASS, lock: 0 };
  return { how: FIXED, lock: who === 'mcentral.lock' ? record : LOCK_WORDS[who as LockName]! };
}

/** The lock of the structure that the list head at `list` lies in; 0 for none. */
function lockOfList(list: Ref): Ref {
  if (list >= MHEAP && list < MHEAP + MHeap.words) return MHEAP_LOCK;
  if (list >= STACKPOOL && list < STACKPOOL + StackPool.words) return STACKPOOL + StackPool.at.lock;
  const inMcentrals = list - mcentralAt(0);
  return inMcentrals >= 0 && inMcentrals < NUM_SIZE_CLASSES * MCentral.words ? list - (inMcentrals % MCentral.words) : 0;
}
