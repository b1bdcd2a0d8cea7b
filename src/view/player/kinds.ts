/** The kinds of accesses that the lanes tell apart by colour. */
import { ACCESS } from '../../rewrite/sites.ts';

export interface StepKind {
  readonly name: string;
  /** Index into Theme.series, and the number of the CSS variable less one. */
  readonly color: number;
}

/** In the order of the legend. */
export const STEP_KINDS: readonly StepKind[] = [
  { name: 'reads', color: 7 },
  { name: 'writes', color: 0 },
  { name: 'updates atomically', color: 3 },
  { name: 'fails to', color: 6 },
  { name: 'sleeps or wakes', color: 1 },
];

const [READ, WRITE, UPDATE, FAILURE, SLEEP] = STEP_KINDS.keys();

const OF_ACCESS: ReadonlyMap<number, number> = new Map([
  [ACCESS.load, READ], [ACCESS.atomicLoad, READ], [ACCESS.byteLoad, READ],
  [ACCESS.store, WRITE], [ACCESS.atomicStore, WRITE], [ACCESS.byteStore, WRITE], [ACCESS.fill, WRITE], [ACCESS.copy, WRITE],
  [ACCESS.rmw, UPDATE], [ACCESS.cas, UPDATE],
  [ACCESS.casFailed, FAILURE], [ACCESS.waitRefused, FAILURE],
  [ACCESS.wait, SLEEP], [ACCESS.notify, SLEEP],
]);

/** Returns the index in STEP_KINDS of an access's kind, one of ACCESS. */
export function stepKind(access: number): number {
  return OF_ACCESS.get(access) ?? READ;
}
