/** Steps that several tests of the core start goroutines at. */
import { GOEXIT, parkAt, type Step } from '../../src/runtime/goroutine.ts';

/** From index 1 of the program: one that sleeps for good, one that ends at once. */
export const PARKED_FOREVER: readonly Step[] = [() => parkAt(1), () => GOEXIT];
