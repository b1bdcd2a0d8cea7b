/**
 * The order in which an M may take locks. A lock further down may be taken while one further
 * up is held, never the other way round, so Ms can't wait for each other in a circle. The
 * machine executes nothing of this; exploration checks that the order is kept.
 *
 * Guardians (guardian.ts) name locks by these names.
 *
 *   - worldsema comes first: an M that waits for it gives up its P, which no M does while it
 *     holds a lock.
 *   - The program owns the locks of wait groups, mutexes and channels. An M holds one wait group
 *     or mutex at a time. It releases the lock before it readies the goroutine it wakes, with one
 *     exception: a goroutine that waits for a condition readies the next holder of the mutex while
 *     it holds the mutex's lock. A select takes several channels, in the order of their addresses.
 *   - gclock is held while a system goroutine is created and readied. That takes a record and a
 *     stack and puts the goroutine on a queue, so gclock comes before sched.lock, stackpool.lock
 *     and the locks those need.
 *   - Sweeping holds no lock of a span, a list or the heap: it takes finlock, proflock,
 *     mheap.speciallock, and at the end the mcentral's or the heap's lock, one after the other.
 *     An explicit free drops the block's specials under the span's speciallock, so that lock comes
 *     before mheap.speciallock and proflock.
 *   - An mcentral releases its lock before it asks the heap for pages or returns some. A stack
 *     pool does not, so stackpool.lock comes before mheap.lock.
 *   - Records for specials, finalizers, buckets and more are cut from persistent memory, which
 *     asks the system. Spans and workbufs ask the system directly. So these two come last.
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
