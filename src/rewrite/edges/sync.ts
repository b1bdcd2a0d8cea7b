/** Edges of locks, notes, semaphores, the lock-free stack and the parfor. */
import { edgesOf } from './edge.ts';

export const SYNC_EDGES = [
  ...edgesOf('locks', 'src/sync/lock.ts', [
    ['taken by spinning', 'Atomics.compareExchange(m, l, UNLOCKED, take) === UNLOCKED) {@'],
    ['came free before the sleep', 'if (Atomics.exchange(m, l, SLEEPING) === UNLOCKED) {@'],
    ['slept', '@futexsleep(m, l, SLEEPING);'],
    ['unlock woke a sleeper', 'if (Atomics.exchange(m, l, UNLOCKED) === SLEEPING) @futexwakeup(m, l, 1);'],
  ]),
  ...edgesOf('locks', 'src/sync/note.ts', [['a note was slept on', 'while (Atomics.load(m, note) === 0) @futexsleep(m, note, 0);']]),
  ...edgesOf('locks', 'src/sync/semaphore.ts', [
    ['a semaphore lost the CAS', 'if (Atomics.compareExchange(m, sema, count, count - 1) === count) return true;@'],
    ['a semaphore slept', 'while (!semtryacquire(m, sema)) @futexsleep(m, sema, 0);'],
  ]),
  ...edgesOf('lfstack', 'src/sync/lfstack.ts', [
    ['push retried', 'if (Atomics.compareExchange(m, stack, old, packed) === old) return;@'],
    ['pop retried', 'if (Atomics.compareExchange(m, stack, old, next) === old) return node;@'],
    ['pop found it empty', 'if (old === 0) @return 0;'],
  ]),
  ...edgesOf('parfor', 'src/sync/parfor.ts', [
    ['one thread alone', 'if (nthr === 1) {@'],
    ['steal succeeded', '@Atomics.store(m, posOf(desc, tid), middle | (end << 16));'],
    ['steal lost the CAS', 'begin | (middle << 16)) !== range) @continue;'],
    ['steal failed: too little left', 'if (begin + 1 >= end) @break;'],
    ['one counted as idle found work', 'if (idle) {@'],
    ['all were idle', '+ (idle ? 0 : 1) === nthr) {@'],
    ['gave up without waiting', '} else if (m[desc + WAIT] === 0) {@'],
    ['slept for the others', '@usleep(m, 1);'],
  ]),
];
