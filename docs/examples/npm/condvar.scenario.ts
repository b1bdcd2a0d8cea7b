/** Mutex and Condvar of multithreading: two threads each wait for an item, and two each make one. */
import './navigator.ts';
import { Condvar, Mutex } from 'multithreading';

export const summary = 'multithreading: a mutex and a condition variable';

export function setup() {
  return { mutex: new Mutex<undefined>(), condvar: new Condvar(), items: new Int32Array(new SharedArrayBuffer(4)) };
}
type State = ReturnType<typeof setup>;

function take({ mutex, condvar, items }: State): void {
  const guard = mutex.blockingLock();
  while (items[0] === 0) condvar.blockingWait(guard);
  items[0]--;
  guard.dispose();
}

function make({ mutex, condvar, items }: State): void {
  const guard = mutex.blockingLock();
  items[0]++;
  condvar.notifyOne();
  guard.dispose();
}

export const threads = [take, take, make, make];
export const check = ({ items }: State) => (items[0] === 0 ? '' : `${items[0]} items are left`);
