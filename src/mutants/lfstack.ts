/** The lock-free stack: ownership of a popped node, and the push counter against ABA. */
import type { KnownBug } from './known-bug.ts';

const FILE = 'src/sync/lfstack.ts';
const MAP = 'src/memory/map.ts';
const COUNT_MASK = 'lfstackCountMask: shape.abaBits === 0 ? 0 : 2 ** shape.abaBits - 1,';

export const LFSTACK: readonly KnownBug[] = [
  {
    name: 'pop-stale-count',
    history: '62a4359e2e; our nodes keep the packed head they were pushed on, so the slip is to give the next node the count of the popped one',
    breaks: "a head written by pop equals a later push's head over a different next node: a slow pop's CAS succeeds and pops a node twice",
    file: FILE,
    find: 'if (Atomics.compareExchange(m, stack, old, next) === old) return node;',
    replace: 'const kept = (1 << m[ID_BITS]) - 1; if (Atomics.compareExchange(m, stack, old, next === 0 ? 0 : (old & ~kept) | (next & kept)) === old) return node;',
    scenarios: ['lfstack-long'],
  },
  {
    name: 'push-drops-high-bits',
    history: '5fce15a2a3',
    breaks: 'the packed id names another record of the pool, or none',
    file: FILE,
    find: 'const packed = m[ID_BITS] === 32 ? id : (count << m[ID_BITS]) | id;',
    replace: 'const packed = m[ID_BITS] === 32 ? id : (count << m[ID_BITS]) | (id & 0xffff);',
    scenarios: ['lfstack'],
  },
  {
    name: 'pop-drops-high-bit',
    history: '5fce15a2a3, on the way out',
    breaks: 'unpacking loses the highest bit of the id: pop finds another record',
    file: FILE,
    find: 'old & ((1 << m[ID_BITS]) - 1);',
    replace: 'old & ((1 << (m[ID_BITS] - 1)) - 1);',
    scenarios: ['lfstack'],
  },
  {
    name: 'aba-0-bits',
    history: 'constructed: a counter of 0 bits',
    breaks: 'a popped and pushed node looks unchanged (ABA): a slow pop makes a popped node the top',
    file: MAP,
    find: COUNT_MASK,
    replace: 'lfstackCountMask: 0,',
    scenarios: ['lfstack'],
  },
  {
    name: 'aba-1-bit',
    history: 'constructed: a counter of 1 bit',
    breaks: 'ABA after two pushes of a node: the count has one bit',
    file: MAP,
    find: COUNT_MASK,
    replace: 'lfstackCountMask: 1,',
    scenarios: ['lfstack-long', 'lfstack'],
  },
  {
    name: 'aba-3-bits',
    history: 'constructed: a counter of 3 bits',
    breaks: 'ABA after eight pushes of a node: the count has three bits',
    file: MAP,
    find: COUNT_MASK,
    replace: 'lfstackCountMask: 7,',
    scenarios: ['lfstack-long'],
  },
  {
    name: 'push-counts-nothing',
    history: 'constructed: no counter at all',
    breaks: 'the push count of a node never grows: ABA',
    file: FILE,
    find: 'm[node + PUSHCNT] = count;',
    replace: '',
    scenarios: ['lfstack'],
  },
  {
    name: 'push-without-cas',
    history: 'constructed',
    breaks: 'a push stores the head without a CAS: concurrent pushes and pops are lost',
    file: FILE,
    find: 'if (Atomics.compareExchange(m, stack, old, packed) === old) return;',
    replace: 'Atomics.store(m, stack, packed); return;',
    scenarios: ['lfstack', 'workbufs'],
  },
  {
    name: 'pop-without-cas',
    history: 'constructed',
    breaks: 'two concurrent pops get the same node',
    file: FILE,
    find: 'if (Atomics.compareExchange(m, stack, old, next) === old) return node;',
    replace: 'Atomics.store(m, stack, next); return node;',
    scenarios: ['lfstack', 'workbufs'],
  },
  {
    name: 'push-links-once',
    history: 'constructed',
    breaks: 'a push that retries keeps the next link of its first attempt: nodes pushed meanwhile are lost',
    file: FILE,
    find: `  for (;;) {
    const old = Atomics.load(m, stack);
    Atomics.store(m, node, old);`,
    replace: `  Atomics.store(m, node, Atomics.load(m, stack));
  for (;;) {
    const old = Atomics.load(m, stack);`,
    scenarios: ['lfstack'],
  },
  {
    name: 'push-links-late',
    history: 'constructed',
    breaks: 'a node is published before its next link is set',
    file: FILE,
    find: `    Atomics.store(m, node, old);
    if (Atomics.compareExchange(m, stack, old, packed) === old) return;`,
    replace: `    if (Atomics.compareExchange(m, stack, old, packed) === old) { Atomics.store(m, node, old); return; }`,
    scenarios: ['lfstack'],
  },
  {
    name: 'pop-gives-up',
    history: 'constructed',
    breaks: 'a pop whose CAS fails reports an empty stack',
    file: FILE,
    find: 'if (Atomics.compareExchange(m, stack, old, next) === old) return node;',
    replace: 'return Atomics.compareExchange(m, stack, old, next) === old ? node : 0;',
    scenarios: ['lfstack'],
  },
];
