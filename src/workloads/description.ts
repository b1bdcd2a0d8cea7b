/** What can be told of a workload to another thread: all of it but its functions. */
import { typeTable, type TypeTable } from '../heap/type-table.ts';
import { resolve, type Of, type TypeDecl } from '../heap/type-decl.ts';
import { printable } from '../base/printable.ts';
import type { Param, Workload, WorkloadFacts } from './workload.ts';

/** Its texts can be printed as they are. */
export interface Description extends WorkloadFacts {
  readonly main: Workload['main'];
  readonly hasBuild: boolean;
  readonly hasReport: boolean;
  /** Names of its steps, '' for a function without one. */
  readonly steps: readonly string[];
  /** Its types by their numbers, without functions. */
  readonly types?: readonly TypeDecl[];
}

/** Describes a workload that loadWorkload has found good. */
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

/** A function's name may be anything. */
function nameOf({ name }: { readonly name: unknown }): string {
  return typeof name === 'string' ? printable(name, 60) : '';
}

/** The table of types that were described: the same numbers. */
export function describedTypes(types: readonly TypeDecl[] | undefined): TypeTable | undefined {
  return types === undefined ? undefined : typeTable(...types);
}

/** The declarations by their numbers, naming each other directly instead of by functions. */
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
