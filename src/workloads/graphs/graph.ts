/**
 * What the synthetic graphs have in common: a heap built before the program starts, held by
 * global 0, and forced collections of it.
 */
import type { Mem } from '../../memory/struct.ts';
import type { Ref } from '../../memory/address.ts';
import type { MRef } from '../../machine/m.ts';
import { typeAt } from '../../heap/type.ts';
import { int, pointer, struct, type TypeDecl } from '../../heap/type-decl.ts';
import { typeTable } from '../../heap/type-table.ts';
import { newarray, newobject } from '../../malloc/newobject.ts';
import { setGlobal } from '../../runtime/mutator.ts';
import { COLLECT_GLOBALS, COLLECT_GOROUTINES, COLLECT_MAIN, COLLECT_PARAMS, COLLECT_STEPS, argsOf } from '../collect.ts';
import { SLACK_BYTES } from '../footprint.ts';
import type { Param, Params, Workload } from '../workload.ts';

/** Bytes of the node of tree, list and rand. */
export const NODE_BYTES = 32;

/** What two graphs are made of: `struct { left, right *node; key, value int }`. */
export const NODE: TypeDecl = struct('node', { left: () => pointer(NODE), right: () => pointer(NODE), key: int, value: int });

interface Graph {
  readonly name: string;
  readonly summary: string;
  /** Its one size. */
  readonly size: readonly [name: string, param: Param];
  /** Bytes of the spans it fills. */
  footprint(size: number): number;
  /** Types of its objects, and of the root slice's elements; named by their place here. */
  readonly types: readonly TypeDecl[];
  readonly build: NonNullable<Workload['build']>;
}

/** A workload that builds `g` and collects it. */
export function graph(g: Graph): Workload {
  const [name, param] = g.size;
  return {
    name: g.name,
    summary: g.summary,
    params: { [name]: param, ...COLLECT_PARAMS },
    needs: (params: Params) => ({ arenaBytes: g.footprint(params[name]) + SLACK_BYTES, globals: COLLECT_GLOBALS, goroutines: COLLECT_GOROUTINES }),
    types: typeTable(...g.types),
    build: g.build,
    steps: COLLECT_STEPS,
    main: COLLECT_MAIN,
    args: argsOf,
  };
}

/** The param of a graph of `count` objects. */
export function countParam(count: number): readonly [name: string, param: Param] {
  return ['count', { default: count, min: 1, max: 1 << 27, help: 'objects' }];
}

/** A value of the graph's type number `type`. */
export function newNode(m: Mem, m0: MRef, type: number): Ref {
  return newobject(m, m0, typeAt(m, type));
}

/** One slice of `count` pointers of type number `type`, held by global 0; a large object as a rule. */
export function newRootSlice(m: Mem, m0: MRef, type: number, count: number): Ref {
  const slice = newarray(m, m0, typeAt(m, type), count);
  setGlobal(m, 0, slice);
  return slice;
}
