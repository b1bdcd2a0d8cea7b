/**
 * The order in which an M may take locks: one that stands further down may be taken while one
 * further up is held, never the other way round, so no circle of Ms can wait for each other.
 * Nothing here is executed by the machine; exploration watches that the order is kept.
 *
 * The names are those by which struct declarations call a lock as a guardian.
 *
 *   - worldsema comes first: who waits for it gives its P up, which nobody does under a lock.
 *   - A wait group, a mutex and a channel belong to the program, and of the first two an M holds one
 *     at a time. They are released before the goroutine that they wake is readied; but a goroutine
 *     that waits for a condition readies the next holder of its mutex under the mutex's lock. A
 *     select takes several channels, in the order of their addresses.
 *   - gclock is held while a system goroutine is made and readied, which takes a record and a
 *     stack for it and puts it on a queue: so before sched.lock, stackpool.lock and what those need.
 *   - Sweeping holds none of the locks of spans, lists and heap, for it takes finlock, proflock,
 *     mheap.speciallock, and the mcentral's or the heap's lock in the end, one after the other.
 *     Freeing a block by hand drops its specials under their span's lock: so that comes before
 *     mheap.speciallock and proflock.
 *   - An mcentral lets its lock go before it asks the heap for pages or gives some back. A stack
 *     pool does not: it comes before mheap.lock.
 *   - Records for specials, finalizers, buckets and more are cut from persistent memory, which
 *     asks the system; spans and workbufs ask it directly. So these two come last.
 */
export const LOCK_ORDER = [
  'worldsema',
  'waitgroup.lock',
  'hchan.lock',
  'gclock',
  'sched.lock',
  'span.speciallock',
  'mheap.speciallock',
  'finlock',
  'proflock',
  'trace.lock',
  'mcentral.lock',
  'stackpool.lock',
  'mheap.lock',
  'work.lock',
  'persistent.lock',
  'sys.lock',
] as const;

export type LockName = (typeof LOCK_ORDER)[number];
