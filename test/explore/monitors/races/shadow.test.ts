/** The shadow finds a race exactly when one of all earlier accesses races with the new one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Clocks } from '../../../../src/explore/monitors/races/clocks.ts';
import { Shadow } from '../../../../src/explore/monitors/races/shadow.ts';

const THREADS = 3;
const WORDS = 2;
const PLAIN = ['load', 'store', 'loadByte', 'storeByte'] as const;
const KINDS = [...PLAIN, 'racyStore', 'racyStoreByte', 'atomicLoad', 'atomicStore', 'exchange'] as const;
type Kind = (typeof KINDS)[number];

interface Access {
  readonly thread: number;
  readonly kind: Kind;
  readonly byte: number;
}

const isByte = (kind: Kind) => kind.endsWith('Byte');
const isLoad = (kind: Kind) => /load/i.test(kind);
const isPlain = (kind: Kind) => (PLAIN as readonly Kind[]).includes(kind);

/** May the two kinds not meet unordered? */
function conflict(a: Kind, b: Kind): boolean {
  return !(isLoad(a) && isLoad(b)) && (isPlain(a) || isPlain(b));
}

function overlap(a: Access, b: Access): boolean {
  return isByte(a.kind) && isByte(b.kind) ? a.byte === b.byte : a.byte >> 2 === b.byte >> 2;
}

/** Returns the number of the first access that races with an earlier one, from all pairs; -1 if none does. */
function firstRaceOfAllPairs(accesses: readonly Access[]): number {
  const knows = Array.from({ length: THREADS }, () => Array.from({ length: THREADS }, () => -1));
  const released = Array.from({ length: WORDS }, () => Array.from({ length: THREADS }, () => -1));
  for (const [n, access] of accesses.entries()) {
    const { thread, kind, byte } = access;
    const word = byte >> 2;
    const isRace = (other: Access, at: number) => other.thread !== thread && overlap(other, access) && conflict(other.kind, kind) && at > knows[thread][other.thread];
    if (accesses.slice(0, n).some(isRace)) return n;
    if (kind === 'atomicLoad' || kind === 'exchange') knows[thread] = knows[thread].map((known, other) => Math.max(known, released[word][other]));
    if (kind === 'atomicStore' || kind === 'exchange') released[word] = knows[thread].with(thread, n);
    if (kind.startsWith('racyStore')) released[word].fill(-1);
  }
  return -1;
}

/** Returns the number of the first access for which `shadow` reports a race; -1 if there is none. */
function firstRaceOf(shadow: Shadow, accesses: readonly Access[], first: number): number {
  return accesses.findIndex(({ thread, kind, byte }, n) => {
    const place = isByte(kind) ? byte : byte >> 2;
    if (kind === 'atomicStore' || kind === 'exchange') return shadow.atomicStore(place, thread, first + n, kind === 'exchange') !== 0;
    return shadow[kind](place, thread, first + n) !== 0;
  });
}

/** Runs each list as an execution over one shadow, and compares the first races. */
function expectSame(executions: readonly (readonly Access[])[]): void {
  const clocks = new Clocks();
  const shadow = new Shadow(clocks, WORDS);
  let first = 1;
  for (const accesses of executions) {
    clocks.begin(THREADS, first);
    expect(firstRaceOf(shadow, accesses, first)).toBe(firstRaceOfAllPairs(accesses));
    first += accesses.length;
  }
}

function accessOf(kinds: readonly Kind[]): fc.Arbitrary<Access> {
  return fc.record({ thread: fc.nat(THREADS - 1), kind: fc.constantFrom(...kinds), byte: fc.nat(4 * WORDS - 1) });
}

const OPTIONS = { seed: 20100921, numRuns: 3000 };

describe('the shadow reports the first race', () => {
  it('of accesses of all kinds, over several executions', () => {
    fc.assert(fc.property(fc.array(fc.array(accessOf(KINDS), { maxLength: 24 }), { maxLength: 3 }), expectSame), OPTIONS);
  });

  it('of words that only plain loads and stores access, ordered by others', () => {
    const plain = fc.record({ thread: fc.nat(THREADS - 1), kind: fc.constantFrom<Kind>('load', 'store'), byte: fc.constant(0) });
    const order = fc.record({ thread: fc.nat(THREADS - 1), kind: fc.constant<Kind>('exchange'), byte: fc.constant(4) });
    fc.assert(fc.property(fc.array(fc.array(fc.oneof(plain, order), { maxLength: 24 }), { maxLength: 3 }), expectSame), OPTIONS);
  });
});
