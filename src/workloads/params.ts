/** Validation of the params that a user sets. */
import { UsageError } from '../base/fatal.ts';
import { shown } from '../base/printable.ts';
import { hint } from '../base/suggest.ts';
import type { Param, Params, WorkloadFacts } from './workload.ts';

/**
 * Returns all params of `workload`: the values of `given`, and the defaults of the others.
 * @throws UsageError for an unknown name, or a value that is no integer within its range
 */
export function checkParams(workload: WorkloadFacts, given: Readonly<Record<string, unknown>>): Params {
  const params: Record<string, number> = {};
  for (const [name, param] of Object.entries(workload.params)) params[name] = param.default;
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(workload.params, name)) throw new UsageError(unknownParam(workload, name));
    params[name] = checkValue(workload, name, value);
  }
  return params;
}

function checkValue(workload: WorkloadFacts, name: string, value: unknown): number {
  const param = workload.params[name];
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new UsageError(`${workload.name}: ${name} must be a whole number, ${rangeOf(param)}, not ${shown(value)}`);
  }
  if (value < param.min || value > param.max) {
    throw new UsageError(`${workload.name}: ${name} must be ${rangeOf(param)}, not ${value}`);
  }
  return value;
}

function unknownParam(workload: WorkloadFacts, name: string): string {
  const names = Object.keys(workload.params);
  if (names.length === 0) return `${workload.name} has no params, so ${name} can't be set`;
  return `${workload.name} has no param ${shown(name)}${hint(name, names)}`;
}

function rangeOf(param: Param): string {
  return `${param.min} to ${param.max}`;
}
