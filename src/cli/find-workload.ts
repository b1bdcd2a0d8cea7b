/** A workload by what the user calls it. */
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import type { Workload } from '../workloads/workload.ts';
import type { Deps } from './deps.ts';
import { hint } from './suggest.ts';

/** @throws UsageError that says what was meant, perhaps, or what is wrong with the module */
export async function findWorkload(deps: Deps, spec: string): Promise<Workload> {
  const names = deps.listWorkloads().map(({ name }) => name);
  if (!names.includes(spec) && !/[/\\.]/.test(spec)) {
    throw new UsageError(`there is no workload '${printable(spec)}'${hint(spec, names)} (a module of yours is named by its path, as ./${printable(spec)}.mjs)`);
  }
  return deps.loadWorkload(spec);
}
