/** One thread of a test of sync/: all wait at a barrier, then run the task and post what it returns. */
import { parentPort, workerData } from 'node:worker_threads';
import { mAt } from '../../dist/src/machine/m.js';
import { lfstackpop, lfstackpush } from '../../dist/src/sync/lfstack.js';
import { lock, unlock } from '../../dist/src/sync/lock.js';
import { noteclear, notesleep, notewakeup } from '../../dist/src/sync/note.js';
import { parfordo, parforsetup } from '../../dist/src/sync/parfor.js';
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

/** A barrier for over and over: the words count who has come, and the times all have. */
function rendezvous(at) {
  const times = Atomics.load(m, at + 1);
  if (Atomics.add(m, at, 1) + 1 === threads) {
    Atomics.store(m, at, 0);
    Atomics.add(m, at + 1, 1);
    Atomics.notify(m, at + 1);
    return;
  }
  // Spinning first, so that all begin at one moment.
  for (let spin = 0; spin < 2000; spin++) if (Atomics.load(m, at + 1) !== times) return;
  while (Atomics.load(m, at + 1) === times) Atomics.wait(m, at + 1, times);
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
  /** Loops of `sizes`, over and over; thread 0 sets each up and looks if every iteration ran once. */
  loops({ desc, counts, meet, sizes, rounds, wait }) {
    let ran = 0;
    function body(memory, _mp, i) {
      Atomics.add(memory, counts + i, 1);
      ran++;
    }
    for (let round = 0; round < rounds; round++) {
      const n = sizes[round % sizes.length];
      if (index === 0) parforsetup(m, desc, threads, n, wait);
      rendezvous(meet);
      parfordo(m, mp, desc, body);
      rendezvous(meet);
      if (index !== 0) continue;
      for (let i = 0; i < n; i++) {
        if (m[counts + i] !== 1) throw new Error(`iteration ${i} of ${n} ran ${m[counts + i]} times, in round ${round}`);
        m[counts + i] = 0;
      }
    }
    return ran;
  },
  /** One thread alone of `nthr` in a loop, then again for each of the others; what ran each time, and what was left. */
  alone({ desc, nthr, n }) {
    parforsetup(m, desc, nthr, n, false);
    return Array.from({ length: nthr }, (_, tid) => {
      const ran = [];
      parfordo(m, mAt(m, tid), desc, (_m, _mp, i) => ran.push(i));
      return ran;
    });
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
      if ((i & 15) === 15) for (let spin = 0; spin < 50; spin++) Atomics.load(m, inside);
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
