/** Locks, notes, semaphores and run queues. */
import type { KnownBug } from './known-bug.ts';

export const WAITING: readonly KnownBug[] = [
  {
    name: 'unlock-wakes-first',
    history: 'constructed',
    breaks: 'a sleeper is woken before the lock is released: it sleeps again and is not woken at the release',
    file: 'src/sync/lock.ts',
    find: '  if (Atomics.exchange(m, l, UNLOCKED) === SLEEPING) futexwakeup(m, l, 1);',
    replace: '  if (Atomics.load(m, l) === SLEEPING) futexwakeup(m, l, 1);\n  Atomics.store(m, l, UNLOCKED);',
    scenarios: ['waiting'],
  },
  {
    name: 'lock-by-load-store',
    history: 'constructed',
    breaks: 'two spinning Ms see the lock free and both take it',
    file: 'src/sync/lock.ts',
    find: 'if (Atomics.load(m, l) === UNLOCKED && Atomics.compareExchange(m, l, UNLOCKED, take) === UNLOCKED) {',
    replace: 'if (Atomics.load(m, l) === UNLOCKED) {\n        Atomics.store(m, l, take);',
    scenarios: ['waiting'],
  },
  {
    name: 'semaphore-taken-twice',
    history: 'constructed',
    breaks: 'two Ms read the same semaphore count and both acquire: two Ms stop the world',
    file: 'src/sync/semaphore.ts',
    find: 'if (Atomics.compareExchange(m, sema, count, count - 1) === count) return true;',
    replace: 'Atomics.store(m, sema, count - 1);\n    return true;',
    scenarios: ['waiting', 'stop-the-world'],
  },
  {
    name: 'note-woken-before-set',
    history: 'constructed',
    breaks: 'a sleeper that is about to sleep on a note misses its wake-up',
    file: 'src/sync/note.ts',
    find: `  if (Atomics.exchange(m, note, 1) !== 0) fatal('NOTE_WOKEN_TWICE', { note });
  futexwakeup(m, note, 1);`,
    replace: `  futexwakeup(m, note, 1);
  if (Atomics.exchange(m, note, 1) !== 0) fatal('NOTE_WOKEN_TWICE', { note });`,
    scenarios: ['waiting', 'stop-the-world'],
  },
  {
    name: 'runq-get-plain',
    history: 'constructed',
    breaks: 'the owner and a thief take the same goroutine: it runs twice',
    file: 'src/runtime/runq.ts',
    find: '    if (Atomics.compareExchange(m, pp + XRUNQHEAD, head, (head + 1) | 0) === head) return gp;',
    replace: '    Atomics.store(m, pp + XRUNQHEAD, (head + 1) | 0);\n    return gp;',
    scenarios: ['runq'],
  },
  {
    name: 'runq-tail-before-slot',
    history: 'constructed',
    breaks: "a thief sees the new tail before the slot is written and steals the slot's old goroutine",
    file: 'src/runtime/runq.ts',
    find: `      Atomics.store(m, pp + XRUNQ + (tail & MASK), gp);
      // After the slot: a thief that sees the new tail must see the goroutine.
      Atomics.store(m, pp + XRUNQTAIL, (tail + 1) | 0);`,
    replace: `      Atomics.store(m, pp + XRUNQTAIL, (tail + 1) | 0);
      Atomics.store(m, pp + XRUNQ + (tail & MASK), gp);`,
    scenarios: ['runq'],
  },
  {
    name: 'runq-steal-published-early',
    history: 'constructed',
    breaks: "a thief publishes goroutines on its own queue before its CAS on the victim's: another thief may win them",
    file: 'src/runtime/runq.ts',
    find: `    if (Atomics.compareExchange(m, victim + XRUNQHEAD, head, (head + n) | 0) !== head) continue;
    const last = (own + n - 1) | 0;`,
    replace: `    if (n > 1) Atomics.store(m, pp + XRUNQTAIL, (own + n - 1) | 0);
    if (Atomics.compareExchange(m, victim + XRUNQHEAD, head, (head + n) | 0) !== head) continue;
    const last = (own + n - 1) | 0;`,
    scenarios: ['runq'],
  },
  {
    name: 'runq-spill-unchecked',
    history: 'constructed',
    breaks: 'half of a full queue is spilled without a check of the head: a thief has taken some of it',
    file: 'src/runtime/runq.ts',
    find: `    if (Atomics.load(m, pp + XRUNQHEAD) !== head) return false;
    m[previous + SCHEDLINK] = next;
    previous = next;
  }
  if (Atomics.compareExchange(m, pp + XRUNQHEAD, head, (head + n) | 0) !== head) return false;`,
    replace: `    m[previous + SCHEDLINK] = next;
    previous = next;
  }
  Atomics.store(m, pp + XRUNQHEAD, (head + n) | 0);`,
    scenarios: ['runq-full'],
  },
  {
    name: 'runq-size-by-one',
    history: 'constructed',
    breaks: 'a spill adds one too few to the length of the global queue',
    file: 'src/runtime/runq.ts',
    find: '  m[RUNQSIZE] += n + 1;',
    replace: '  m[RUNQSIZE] += n;',
    scenarios: ['runq-full'],
  },
  {
    name: 'runq-steal-reads-late',
    history: 'constructed',
    breaks: 'a thief copies the stolen goroutines after its CAS: the owner may have overwritten the slots',
    file: 'src/runtime/runq.ts',
    find: `    for (let i = 0; i < n; i++) {
      const gp = Atomics.load(m, victim + XRUNQ + ((head + i) & MASK));
      Atomics.store(m, pp + XRUNQ + ((own + i) & MASK), gp);
    }
    if (Atomics.compareExchange(m, victim + XRUNQHEAD, head, (head + n) | 0) !== head) continue;`,
    replace: `    if (Atomics.compareExchange(m, victim + XRUNQHEAD, head, (head + n) | 0) !== head) continue;
    for (let i = 0; i < n; i++) {
      const gp = Atomics.load(m, victim + XRUNQ + ((head + i) & MASK));
      Atomics.store(m, pp + XRUNQ + ((own + i) & MASK), gp);
    }`,
    scenarios: ['runq-full'],
  },
  {
    name: 'cond-counted-after-unlock',
    history: 'constructed',
    breaks: 'an M reads the signal count after it has released the lock and sleeps through an earlier signal',
    file: 'src/sync/cond.ts',
    find: '  const seen = Atomics.load(m, cond);\n  unlock(m, mp, l);',
    replace: '  unlock(m, mp, l);\n  const seen = Atomics.load(m, cond);',
    scenarios: ['bounded-buffer'],
  },
  {
    name: 'cond-signal-not-counted',
    history: 'constructed',
    breaks: 'a signal only wakes sleepers: an M that is about to sleep misses it',
    file: 'src/sync/cond.ts',
    find: '  Atomics.add(m, cond, 1);\n  futexwakeup(m, cond, 1);',
    replace: '  futexwakeup(m, cond, 1);',
    scenarios: ['bounded-buffer'],
  },
  {
    name: 'cond-unlocked-before-queued',
    history: 'constructed',
    breaks: 'a goroutine releases the mutex before it is queued at the condition and misses a signal in between',
    file: 'src/workloads/cond.ts',
    find: '  const answer = waitLocked(m, mp, gp, w, c + COND_QUEUE, pc);\n  const next = handOverLocked(m, w);\n  if (next !== 0) ready(m, mp, next);\n  return answer;',
    replace: '  const next = handOverLocked(m, w);\n  unlock(m, mp, w);\n  if (next !== 0) ready(m, mp, next);\n  lock(m, mp, w);\n  return waitLocked(m, mp, gp, w, c + COND_QUEUE, pc);',
    scenarios: ['conditions'],
  },
  {
    name: 'cond-woken-without-mutex',
    history: 'constructed',
    breaks: 'a signalled goroutine continues while another holds the mutex',
    file: 'src/workloads/cond.ts',
    find: '  const isFree = m[w + HOLDER] === 0;',
    replace: '  const isFree = true;',
    scenarios: ['conditions'],
  },
  {
    name: 'cond-broadcast-wakes-first',
    history: 'constructed',
    breaks: 'a broadcast wakes one goroutine only: the others wait for ever',
    file: 'src/workloads/cond.ts',
    find: 'for (let gp = dequeueLocked(m, c + COND_QUEUE); gp !== 0; gp = dequeueLocked(m, c + COND_QUEUE)) {',
    replace: 'for (let gp = dequeueLocked(m, c + COND_QUEUE); gp !== 0; gp = 0) {',
    scenarios: ['conditions'],
  },
];
