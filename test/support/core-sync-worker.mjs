/** One thread of a test of sync/: all wait at a barrier, then run the task and post what it returns. */
import { parentPort, workerData } from 'node:worker_threads';
import { mAt } from '../../dist/src/machine/m.js';
import { lfstackpop, lfstackpush } from '../../dist/src/sync/lfstack.js';
import { lock, unlock } from '../../dist/src/sync/lock.js';
import { noteclear, notesleep, notewakeup } from '../../dist/src/sync/note.js';
import { parfordo } from '../../dist/src/sync/parfor.js';
import { semacquire, semrelease } from '../../dist/src/sync/semaphore.js';

const { task, memory, index, threads, args } = workerData;
const m = new Int32Array(memory);
const mp = mAt(m, index);

/** Counts in `word` who has come; returns when all have. */
function barrier(word) {
  if (Atomics.add(m, word, 1) + 1 === threads) Atomics.notify(m, word);
  for (;;) {
    const come = Atomics.load(m, word);
    if (come >= threads) return;
    Atomics.wait(m, word, come);
  }
}

const TASKS = {
  /** Moves nodes between two stacks, this way or that by turns of a generator. */
  moveNodes({ stacks, moves }) {
    let x = 0x9e3779b9 + index * 0x85ebca6b;
    let moved = 0;
    for (let i = 0; i < moves; i++) {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      const from = x & 1;
      const node = lfstackpop(m, stacks[from]);
      if (node === 0) continue;
      lfstackpush(m, stacks[(x >>> 1) & 1], node);
      moved++;
    }
    return moved;
  },
  /** Takes part in the same loops, one after the other. */
  loops({ desc, counts, gate, rounds }) {
    let ran = 0;
    for (let round = 0; round < rounds; round++) {
      while (Atomics.load(m, gate) < 2 * round + 1) Atomics.wait(m, gate, 2 * round, 5);
      parfordo(m, mp, desc, (memory, _mp, i) => {
        Atomics.add(memory, counts + i, 1);
        ran++;
      });
      Atomics.add(m, gate + 1, 1);
      Atomics.notify(m, gate + 1);
    }
    return ran;
  },
  /** Plain increments under a mutex. */
  increments({ mutex, counter, times }) {
    for (let i = 0; i < times; i++) {
      lock(m, mp, mutex);
      const before = m[counter];
      // Long enough for the others to get in if the lock doesn't hold them.
      if ((i & 63) === 0) for (let spin = 0; spin < 200; spin++) Atomics.load(m, counter);
      m[counter] = before + 1;
      unlock(m, mp, mutex);
    }
    return m[mp + args.locksField];
  },
  /** Two threads wake each other by turns. */
  pingPong({ notes, ball, times }) {
    for (let i = 0; i < times; i++) {
      if (index === 1) {
        notesleep(m, notes[0]);
        noteclear(m, notes[0]);
        m[ball]++;
        notewakeup(m, notes[1]);
      } else {
        m[ball]++;
        notewakeup(m, notes[0]);
        notesleep(m, notes[1]);
        noteclear(m, notes[1]);
      }
    }
    return m[ball];
  },
  /** Never more inside than the semaphore has permits. */
  permits({ sema, inside, most, times }) {
    for (let i = 0; i < times; i++) {
      semacquire(m, sema);
      const now = Atomics.add(m, inside, 1) + 1;
      let seen = Atomics.load(m, most);
      while (now > seen) seen = Atomics.compareExchange(m, most, seen, now) === seen ? now : Atomics.load(m, most);
      Atomics.sub(m, inside, 1);
      semrelease(m, sema);
    }
    return true;
  },
};

barrier(args.barrier);
parentPort.postMessage(TASKS[task](args));
