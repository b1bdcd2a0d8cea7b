/** Finds a workload by its name or path, and settles its params. */
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { checkParams } from '../workloads/params.ts';
import type { Params, WorkloadFacts } from '../workloads/workload.ts';
import type { Deps } from './deps.ts';
import { hint } from '../base/suggest.ts';
import type { Setting } from './options.ts';

/**
 * Returns the workload called `spec`.
 * @param spec a built-in workload's name, or the path of a module
 * @param seconds time limit of a module that does not return
 * @throws UsageError if there is none, with the nearest name, or if the module is unusable
 */
export async function findWorkload(deps: Deps, spec: string, seconds?: number): Promise<WorkloadFacts> {
  const names = (await deps.listWorkloads()).map(({ name }) => name);
  if (!names.includes(spec) && !/[/\\.]/.test(spec)) {
    throw new UsageError(`there is no workload '${printable(spec)}'${hint(spec, names)} (a module of yours is named by its path, as ./${printable(spec)}.mjs)`);
  }
  return deps.loadWorkload(spec, seconds);
}

/**
 * Returns all params of the workload: those given with `--set`, and the defaults of the others.
 * @throws UsageError for an unknown name or a value out of range
 */
export function paramsFor(workload: WorkloadFacts, settings: readonly Setting[]): Params {
  const known = Object.keys(workload.params);
  const unknown = settings.find(([name]) => !known.includes(name));
  if (unknown !== undefined && known.length > 0) {
    throw new UsageError(`workload ${workload.name} has no '${printable(unknown[0])}' to --set${hint(unknown[0], known)}`);
  }
  return checkParams(workload, Object.fromEntries(settings));
}
