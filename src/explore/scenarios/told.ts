/** Operations of a scenario as the orders that its goroutines are told. */
import { UsageError } from '../../base/fatal.ts';
import type { Order } from './programs/told.ts';
import type { Operations } from './operation.ts';

/** @throws UsageError for an operation that is none of `pcs` */
export function ordersFor(operations: Operations, pcs: Readonly<Record<string, number>>): readonly (readonly Order[])[] {
  return operations.map((list) =>
    list.map(([name, a = 0, b = 0]) => {
      if (pcs[name] === undefined) throw new UsageError(`there is no operation '${name}' in this scenario; those it has are ${Object.keys(pcs).join(', ')}`);
      return [pcs[name], a, b];
    }),
  );
}
