/** The ledger while a scenario's memory is prepared: every execution begins with the result. */
import type { Control } from '../../rewrite/generated.ts';
import { COLUMN } from '../../rewrite/ledger/columns.ts';

/** Clears the ledger before the memory is prepared. */
export function beginLedger({ $ledger }: Control): void {
  $ledger.fill(0);
}

/**
 * Returns a copy of the ledger after the memory is prepared. It is marked as kept: threads with a core of
 * their own, as in the cross-check, keep no ledger.
 */
export function ledgerSoFar({ $ledger }: Control): Float64Array {
  const ledger = $ledger.slice();
  ledger[COLUMN.kept] = 1;
  return ledger;
}
