/**
 * The litmus tests of the catalog.
 *
 * Names of shapes are those of the literature: Alglave, Maranget and Tautschnig, "Herding cats", TOPLAS 2014; Sarkar
 * and others, "Understanding POWER multiprocessors", PLDI 2011. The part after the + names the atomic accesses; without
 * it all accesses are plain.
 */
import { add, atomicLoad, atomicStore, compareExchange, exchange, final, load, store, type Access, type Final, type Program } from './program.ts';

export interface LitmusTest extends Program {
  readonly name: string;
  /** The question that the test asks, in words. */
  readonly about: string;
  /** The result in question: values by label; labels that are left out may have any value. */
  readonly asks: Readonly<Record<string, number>>;
}

function litmus(name: string, about: string, threads: readonly (readonly Access[])[], asks: Readonly<Record<string, number>>, finals: readonly Final[] = []): LitmusTest {
  return { name, about, threads, asks, finals };
}

const BUFFERING = 'may both threads miss the other\'s store that precedes their load?';
const MESSAGE = 'may a thread see the flag and miss the message that was stored before it?';
const LOAD_BUFFERING = 'may both loads see the store that follows the other load?';
const TWO_READERS = 'may two readers see two independent stores in opposite orders?';
const BACKWARDS = 'may a second load of one word return an older value than the first?';
const CAUSALITY = 'may a thread see an effect and miss its cause?';
const BOTH_FIRST = 'may both words end with the value that was stored first?';

const BYTE = { bytes: 1 } as const;
const HALF = { bytes: 2 } as const;
const WIDE = { bytes: 8 } as const;
/** Two words of equal value, as one of 64 bits. */
const TWICE = 2 ** 32 + 1;

export const CATALOG: readonly LitmusTest[] = [
  litmus('SB', BUFFERING, [[store('x', 1), load('y')], [store('y', 1), load('x')]], { r0: 0, r1: 0 }),
  litmus('SB+atomic', BUFFERING, [[atomicStore('x', 1), atomicLoad('y')], [atomicStore('y', 1), atomicLoad('x')]], { r0: 0, r1: 0 }),
  litmus('SB+atomic-loads', BUFFERING, [[store('x', 1), atomicLoad('y')], [store('y', 1), atomicLoad('x')]], { r0: 0, r1: 0 }),
  litmus('SB+atomic-stores', BUFFERING, [[atomicStore('x', 1), load('y')], [atomicStore('y', 1), load('x')]], { r0: 0, r1: 0 }),
  litmus('SB+exchange', BUFFERING, [[store('x', 1), exchange('z', 1), load('y')], [store('y', 1), exchange('w', 1), load('x')]], { r1: 0, r3: 0 }),

  litmus('MP', MESSAGE, [[store('x', 1), store('y', 1)], [load('y'), load('x')]], { r0: 1, r1: 0 }),
  litmus('MP+atomic', MESSAGE, [[atomicStore('x', 1), atomicStore('y', 1)], [atomicLoad('y'), atomicLoad('x')]], { r0: 1, r1: 0 }),
  litmus('MP+atomic-flag', MESSAGE, [[store('x', 1), atomicStore('y', 1)], [atomicLoad('y'), load('x')]], { r0: 1, r1: 0 }),
  litmus('MP+atomic-message', MESSAGE, [[atomicStore('x', 1), store('y', 1)], [load('y'), atomicLoad('x')]], { r0: 1, r1: 0 }),
  litmus('MP+atomic-store', MESSAGE, [[store('x', 1), atomicStore('y', 1)], [load('y'), load('x')]], { r0: 1, r1: 0 }),
  litmus('MP+add', MESSAGE, [[store('x', 1), add('y', 1)], [add('y', 0), load('x')]], { r1: 1, r2: 0 }),
  litmus('MP+flags-of-two-sizes', MESSAGE, [[store('x', 1), atomicStore('y', 1, HALF)], [atomicLoad('y'), load('x')]], { r0: 1, r1: 0 }),

  litmus('LB', LOAD_BUFFERING, [[load('x'), store('y', 1)], [load('y'), store('x', 1)]], { r0: 1, r1: 1 }),
  litmus('LB+atomic', LOAD_BUFFERING, [[atomicLoad('x'), atomicStore('y', 1)], [atomicLoad('y'), atomicStore('x', 1)]], { r0: 1, r1: 1 }),
  litmus('LB+atomic-thread', LOAD_BUFFERING, [[atomicLoad('x'), atomicStore('y', 1)], [load('y'), store('x', 1)]], { r0: 1, r1: 1 }),

  litmus('IRIW', TWO_READERS, [[store('x', 1)], [store('y', 1)], [load('x'), load('y')], [load('y'), load('x')]], { r0: 1, r1: 0, r2: 1, r3: 0 }),
  litmus('IRIW+atomic', TWO_READERS, [[atomicStore('x', 1)], [atomicStore('y', 1)], [atomicLoad('x'), atomicLoad('y')], [atomicLoad('y'), atomicLoad('x')]], { r0: 1, r1: 0, r2: 1, r3: 0 }),
  litmus('IRIW+atomic-loads', TWO_READERS, [[store('x', 1)], [store('y', 1)], [atomicLoad('x'), atomicLoad('y')], [atomicLoad('y'), atomicLoad('x')]], { r0: 1, r1: 0, r2: 1, r3: 0 }),
  litmus('IRIW+atomic-stores', TWO_READERS, [[atomicStore('x', 1)], [atomicStore('y', 1)], [load('x'), load('y')], [load('y'), load('x')]], { r0: 1, r1: 0, r2: 1, r3: 0 }),

  litmus('CoRR', BACKWARDS, [[store('x', 1)], [load('x'), load('x')]], { r0: 1, r1: 0 }),
  litmus('CoRR+atomic', BACKWARDS, [[atomicStore('x', 1)], [atomicLoad('x'), atomicLoad('x')]], { r0: 1, r1: 0 }),
  litmus('CoRR+atomic-store', BACKWARDS, [[atomicStore('x', 1)], [load('x'), load('x')]], { r0: 1, r1: 0 }),
  litmus('CoRR+atomic-first', BACKWARDS, [[atomicStore('x', 1)], [atomicLoad('x'), load('x')]], { r0: 1, r1: 0 }),
  litmus('CoRR+atomic-loads', BACKWARDS, [[store('x', 1)], [atomicLoad('x'), atomicLoad('x')]], { r0: 1, r1: 0 }),
  litmus('CoWW', 'may a thread\'s first store to a word outlast its second?', [[store('x', 1), store('x', 2)]], { x: 1 }, [final('x')]),
  litmus('CoWW+atomic', 'may a thread\'s first store to a word outlast its second?', [[atomicStore('x', 1), atomicStore('x', 2)]], { x: 1 }, [final('x')]),
  litmus('CoRW', 'may a load see the store that follows it?', [[load('x'), store('x', 1)], [store('x', 2)]], { r0: 1 }, [final('x')]),
  litmus('CoRW2', 'may a value that was loaded outlast the store that follows the load?', [[load('x'), store('x', 1)], [store('x', 2)]], { r0: 2, x: 2 }, [final('x')]),
  litmus('CoRW2+atomic', 'may a value that was loaded outlast the store that follows the load?', [[atomicLoad('x'), atomicStore('x', 1)], [atomicStore('x', 2)]], { r0: 2, x: 2 }, [final('x')]),
  litmus('CoWR', 'may a load see a store that the thread\'s own store has outlasted?', [[store('x', 1), load('x')], [store('x', 2)]], { r0: 2, x: 1 }, [final('x')]),
  litmus('CoWR+atomic', 'may a load see a store that the thread\'s own store has outlasted?', [[atomicStore('x', 1), atomicLoad('x')], [atomicStore('x', 2)]], { r0: 2, x: 1 }, [final('x')]),

  litmus('2+2W', BOTH_FIRST, [[store('x', 1), store('y', 2)], [store('y', 1), store('x', 2)]], { x: 1, y: 1 }, [final('x'), final('y')]),
  litmus('2+2W+atomic', BOTH_FIRST, [[atomicStore('x', 1), atomicStore('y', 2)], [atomicStore('y', 1), atomicStore('x', 2)]], { x: 1, y: 1 }, [final('x'), final('y')]),
  litmus('2+2W+atomic-thread', BOTH_FIRST, [[atomicStore('x', 1), atomicStore('y', 2)], [store('y', 1), store('x', 2)]], { x: 1, y: 1 }, [final('x'), final('y')]),
  litmus('R', 'may a store win against one that precedes a load which misses an earlier store?', [[store('x', 1), store('y', 1)], [store('y', 2), load('x')]], { r0: 0, y: 2 }, [final('y')]),
  litmus('R+atomic', 'may a store win against one that precedes a load which misses an earlier store?', [[atomicStore('x', 1), atomicStore('y', 1)], [atomicStore('y', 2), atomicLoad('x')]], { r0: 0, y: 2 }, [final('y')]),
  litmus('S', 'may a store be outlasted by one whose effect was seen before it?', [[store('x', 2), store('y', 1)], [load('y'), store('x', 1)]], { r0: 1, x: 2 }, [final('x')]),
  litmus('S+atomic', 'may a store be outlasted by one whose effect was seen before it?', [[atomicStore('x', 2), atomicStore('y', 1)], [atomicLoad('y'), atomicStore('x', 1)]], { r0: 1, x: 2 }, [final('x')]),
  litmus('S+atomic-flag', 'may a store be outlasted by one whose effect was seen before it?', [[store('x', 2), atomicStore('y', 1)], [atomicLoad('y'), store('x', 1)]], { r0: 1, x: 2 }, [final('x')]),

  litmus('WRC', CAUSALITY, [[store('x', 1)], [load('x'), store('y', 1)], [load('y'), load('x')]], { r0: 1, r1: 1, r2: 0 }),
  litmus('WRC+atomic', CAUSALITY, [[atomicStore('x', 1)], [atomicLoad('x'), atomicStore('y', 1)], [atomicLoad('y'), atomicLoad('x')]], { r0: 1, r1: 1, r2: 0 }),
  litmus('WRC+atomic-flag', CAUSALITY, [[store('x', 1)], [load('x'), atomicStore('y', 1)], [atomicLoad('y'), load('x')]], { r0: 1, r1: 1, r2: 0 }),
  litmus('RWC', CAUSALITY, [[store('x', 1)], [load('x'), load('y')], [store('y', 1), load('x')]], { r0: 1, r1: 0, r2: 0 }),
  litmus('RWC+atomic', CAUSALITY, [[atomicStore('x', 1)], [atomicLoad('x'), atomicLoad('y')], [atomicStore('y', 1), atomicLoad('x')]], { r0: 1, r1: 0, r2: 0 }),
  litmus('ISA2', CAUSALITY, [[store('x', 1), store('y', 1)], [load('y'), store('z', 1)], [load('z'), load('x')]], { r0: 1, r1: 1, r2: 0 }),
  litmus('ISA2+atomic', CAUSALITY, [[atomicStore('x', 1), atomicStore('y', 1)], [atomicLoad('y'), atomicStore('z', 1)], [atomicLoad('z'), atomicLoad('x')]], { r0: 1, r1: 1, r2: 0 }),
  litmus('ISA2+atomic-flags', CAUSALITY, [[store('x', 1), atomicStore('y', 1)], [atomicLoad('y'), atomicStore('z', 1)], [atomicLoad('z'), load('x')]], { r0: 1, r1: 1, r2: 0 }),

  litmus('add', 'may an increment be lost?', [[add('x', 1)], [add('x', 1)]], { x: 1 }, [final('x')]),
  litmus('add+store', 'may a plain store be lost between the load and the store of an add?', [[add('x', 1)], [store('x', 4), load('x')]], { r0: 0, r1: 1 }),
  litmus('compareExchange', 'may two compare-exchanges of one value both succeed?', [[compareExchange('x', 0, 1)], [compareExchange('x', 0, 2)]], { r0: 0, r1: 0 }),
  litmus('compareExchange+plain', 'may a thread see the lock free and miss what was stored under it?', [[store('x', 1), atomicStore('y', 1)], [compareExchange('y', 1, 2), load('x')]], { r0: 1, r1: 0 }),

  litmus('tear-32', 'may a 32-bit word be read half new, half old?', [[store('x', 0x10001)], [load('x')]], { r0: 1 }),
  litmus('tear-64', 'may a plain 64-bit word be read half new, half old?', [[store('x', TWICE, WIDE)], [load('x', WIDE)]], { r0: 1 }),
  litmus('tear-64+atomic', 'may an atomic 64-bit word be read half new, half old?', [[atomicStore('x', TWICE, WIDE)], [atomicLoad('x', WIDE)]], { r0: 1 }),
  litmus('tear-view', 'may a 32-bit word of a DataView be read half new, half old?', [[store('x', 0x10001, { dataView: true })], [load('x', { dataView: true })]], { r0: 1 }),
  litmus('tear-two-sizes', 'may a word be read half new, half old if it was stored as part of 64 bits?', [[store('x', TWICE + 2 ** 16, WIDE)], [load('x')]], { r0: 1 }),
  litmus('bytes', 'may a store of one byte undo that of its neighbour?', [[store('x', 1, BYTE)], [store('x', 1, { ...BYTE, offset: 1 })]], { x: 1 }, [final('x')]),
  litmus('SB+bytes', 'may each thread see its own byte of a word and miss the other\'s?', [[store('x', 1, BYTE), load('x')], [store('x', 1, { ...BYTE, offset: 1 }), load('x')]], { r0: 1, r1: 256 }),
  litmus('SB+atomic-bytes', 'may each thread see its own byte of a word and miss the other\'s?', [[atomicStore('x', 1, BYTE), atomicLoad('x')], [atomicStore('x', 1, { ...BYTE, offset: 1 }), atomicLoad('x')]], { r0: 1, r1: 256 }),
];

/** Reports whether a result, in the order of `labels`, is the one in question. */
export function isAsked({ asks }: LitmusTest, labels: readonly string[], result: readonly unknown[]): boolean {
  return Object.entries(asks).every(([label, value]) => result[labels.indexOf(label)] === value);
}

/** Returns the result in question as text: `r0=0 r1=0`. */
export function formatAsked({ asks }: LitmusTest): string {
  return Object.entries(asks).map(([label, value]) => `${label}=${value}`).join(' ');
}
