/** A workload by what the user calls it. */
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import type { WorkloadFacts } from '../workloads/workload.ts';
import type { Deps } from './deps.ts';
import { hint } from '../base/suggest.ts';

/**
 * @param seconds after which a module that does not come to an end is given up
 * @throws UsageError that says what was meant, perhaps, or what is wrong with the module
 */
export async function findWorkload(deps: Deps, spec: string, seconds?: number): Promise<WorkloadFacts> {
  const names = deps.listWorkloads().map(({ name }) => name);
  if (!names.includes(spec) && !/[/\\.]/.test(spec)) {
    throw new UsageError(`there is no workload '${printable(spec)}'${hint(spec, names)} (a module of yours is named by its path, as ./${printable(spec)}.mjs)`);
  }
  return deps.loadWorkload(spec, seconds);
}
