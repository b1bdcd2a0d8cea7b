/** The ledger of a memory that is being made: what its executions begin with. */
import type { Control } from '../../rewrite/generated.ts';
import { COLUMN } from '../../rewrite/ledger/columns.ts';

/** Nothing was asked of the memory yet. */
export function beginLedger({ $ledger }: Control): void {
  $ledger.fill(0);
}

/**
 * What was asked of it while it was made. Executions are held against it only where each begins with it: threads
 * that have a core each, as the cross-check's, keep none.
 */
export function ledgerSoFar({ $ledger }: Control): Float64Array {
  const ledger = $ledger.slice();
  ledger[COLUMN.kept] = 1;
  return ledger;
}
