/** Counting semaphore on one word; a thread sleeps while the count is 0. */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { futexsleep, futexwakeup } from './os.ts';

/** Takes one if there is one, without waiting. */
export function semtryacquire(m: Mem, sema: Ref): boolean {
  for (;;) {
    const count = Atomics.load(m, sema);
    if (count === 0) return false;
    if (Atomics.compareExchange(m, sema, count, count - 1) === count) return true;
  }
}

export function semacquire(m: Mem, sema: Ref): void {
  while (!semtryacquire(m, sema)) futexsleep(m, sema, 0);
}

export function semrelease(m: Mem, sema: Ref): void {
  Atomics.add(m, sema, 1);
  futexwakeup(m, sema, 1);
}
