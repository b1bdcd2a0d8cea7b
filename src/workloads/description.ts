/** The description of a workload for another thread: all its parts but the functions. */
import { typeTable, type TypeTable } from '../heap/type-table.ts';
import { resolve, type Of, type TypeDecl } from '../heap/type-decl.ts';
import { printable } from '../base/printable.ts';
import type { Param, Workload, WorkloadFacts } from './workload.ts';

/** A workload without its functions. Its texts contain no control characters. */
export interface Description extends WorkloadFacts {
  readonly main: Workload['main'];
  readonly hasBuild: boolean;
  readonly hasReport: boolean;
  /** Names of the steps; '' for an anonymous function. */
  readonly steps: readonly string[];
  /** Types by their numbers. They name each other directly, not by functions. */
  readonly types?: readonly TypeDecl[];
}

/** Describes a workload that loadWorkload has validated. */
export function describeWorkload({ name, summary, params, main, build, report, steps, types }: Workload): Description {
  return {
    name: printable(name),
    summary: printable(summary),
    params: Object.fromEntries(Object.entries(params).map(([name, param]): [string, Param] => [name, { ...param, help: printable(param.help) }])),
    main,
    hasBuild: build !== undefined,
    hasReport: report !== undefined,
    steps: steps.map(nameOf),
    types: types === undefined ? undefined : plainTypes(types),
  };
}

/** Returns the name of a function, whose `name` property may hold any value. */
function nameOf({ name }: { readonly name: unknown }): string {
  return typeof name === 'string' ? printable(name, 60) : '';
}

/** Makes the type table of described types, with the same numbers. */
export function describedTypes(types: readonly TypeDecl[] | undefined): TypeTable | undefined {
  return types === undefined ? undefined : typeTable(...types);
}

/** Returns the declarations by their numbers. Each names others directly, not by functions. */
function plainTypes(table: TypeTable): readonly TypeDecl[] {
  const plain = table.types.map((type) => ({ ...type }) as Record<string, unknown>);
  const at = (of: Of) => plain[table.index(resolve(of))];
  table.types.forEach((type, i) => {
    if (type.kind === 'pointer') plain[i].to = at(type.to);
    if (type.kind === 'slice' || type.kind === 'chan' || type.kind === 'array' || type.kind === 'map') plain[i].of = at(type.of);
    if (type.kind === 'map') Object.assign(plain[i], { key: at(type.key), hmap: at(type.hmap), bucket: at(type.bucket) });
    if (type.kind === 'struct') plain[i].fields = Object.fromEntries(Object.entries(type.fields).map(([name, of]) => [name, at(of)]));
  });
  return plain as unknown as readonly TypeDecl[];
}
