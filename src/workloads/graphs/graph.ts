/**
 * The common part of the synthetic graphs. `build` allocates the graph before the program starts,
 * global 0 holds it, and the program forces collections of it. A new graph is a file of its own
 * in this folder and an entry of catalog.ts.
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

/** Size of a NODE, bytes. */
export const NODE_BYTES = 32;

/** The object type of several graphs: `struct { left, right *node; key, value int }`. */
export const NODE: TypeDecl = struct('node', { left: () => pointer(NODE), right: () => pointer(NODE), key: int, value: int });

/** Declares a graph. */
interface Graph {
  readonly name: string;
  readonly summary: string;
  readonly size: GraphSize;
  /** Returns the bytes of the spans that a graph of `size` fills. */
  footprint(size: number): number;
  /** Types of the objects and of the root slice's elements. The build function names a type by its index here. */
  readonly types: readonly TypeDecl[];
  readonly build: NonNullable<Workload['build']>;
}

/** The param that sets the size of a graph. */
interface GraphSize {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly help: string;
  /** Objects of the graph by default. */
  readonly objects: number;
  /** Returns the value of the param that gives a graph of about `objects` objects. */
  readonly of: (objects: number) => number;
}

/** A graph as a workload. */
export interface GraphWorkload extends Workload {
  /** Objects of the graph by default. */
  readonly objects: number;
  /** Returns the params that give a graph of about `objects` objects. */
  paramsFor(objects: number): Params;
}

/** Makes the workload that builds the graph `g` and collects it. */
export function graph(g: Graph): GraphWorkload {
  const { name, min, max, help, objects, of } = g.size;
  const param: Param = { default: of(objects), min, max, help };
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
    objects,
    paramsFor: (wanted) => ({ [name]: of(wanted) }),
  };
}

/** Declares a graph's size as a number of objects, `objects` by default. */
export function countParam(objects: number): GraphSize {
  return { name: 'count', min: 1, max: 1 << 27, help: 'objects', objects, of: (wanted) => wanted };
}

/** Allocates an object of the graph's type number `type`. */
export function newNode(m: Mem, m0: MRef, type: number): Ref {
  return newobject(m, m0, typeAt(m, type));
}

/** Allocates the slice of `count` pointers of type number `type` that global 0 holds: usually a large object. */
export function newRootSlice(m: Mem, m0: MRef, type: number, count: number): Ref {
  const slice = newarray(m, m0, typeAt(m, type), count);
  setGlobal(m, 0, slice);
  return slice;
}
