/** Translates operations of a scenario into orders for its goroutines (programs/told.ts). */
import { UsageError } from '../../base/fatal.ts';
import type { Order } from './programs/told.ts';
import type { Operations } from './operation.ts';

/**
 * Returns the orders of each goroutine.
 * @param pcs the step that carries out each operation, by name
 * @throws UsageError for an operation that `pcs` does not have
 */
export function ordersFor(operations: Operations, pcs: Readonly<Record<string, number>>): readonly (readonly Order[])[] {
  return operations.map((list) =>
    list.map(([name, a = 0, b = 0]) => {
      if (pcs[name] === undefined) throw new UsageError(`there is no operation '${name}' in this scenario; those it has are ${Object.keys(pcs).join(', ')}`);
      return [pcs[name], a, b];
    }),
  );
}
