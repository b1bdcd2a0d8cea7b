/**
 * The number of the M that this thread runs. A store of the program names only the object, so a
 * barrier that needs its M asks here. Each thread has its own copy of this module. Exploration
 * replaces it by the number of the thread that runs.
 */
let index = 0;

/** From now on this thread runs M number `i`. */
export function becomeM(i: number): void {
  index = i;
}

/** Returns the number of this thread's M; 0 before it runs one. */
export function thisM(): number {
  return index;
}
