/**
 * Semaphore of multithreading with amounts other than 1. A release of n permits wakes n threads. If a woken thread wants
 * more permits than there are, a thread that could go on stays asleep.
 */
import './navigator.ts';
import { Semaphore } from 'multithreading';

export const summary = 'multithreading: a semaphore with different amounts; fails';

export function setup() {
  const semaphore = new Semaphore(2);
  // One permit is never released: a thread that wants two is right to wait for ever.
  semaphore.blockingAcquire(1);
  return semaphore;
}

export const operations = [[['use', 1]], [['use', 2]], [['use', 1]]];

export const actions = {
  use: (semaphore: Semaphore, permits: number) => semaphore.blockingAcquire(permits).dispose(),
};

export const spec = {
  init: () => ({ permits: 1 }),
  use() {},
  blocks: ({ permits }: { permits: number }, _: string, wanted: number) => wanted > permits,
};
