/**
 * The labels of a V8 snapshot, as the tools of Chrome show them: objects by their constructor, everything else by its kind
 * in parentheses; `@123` for the node whose id is 123.
 */
import { GrowableUint32 } from './growable.ts';
import { GroupNumbers, type HeapLabels } from './labels.ts';
import { StringPool } from './string-pool.ts';
import type { SnapshotLayout } from './v8-meta.ts';
import { listOf } from '../../base/large-arrays.ts';

/** A number in a snapshot that is no index: Julia writes 2^64 - 1. */
const NONE = 2 ** 31 - 1;
const MOST_ID = 2 ** 32 - 1;
/** Types of nodes whose name is that of their constructor. */
const NAMED = new Set(['object', 'native']);
/** Names of groups that differ from their type. */
const KINDS: Readonly<Record<string, string>> = { hidden: '(system)', code: '(compiled code)', closure: 'Function', regexp: 'RegExp' };
/** Types of edges that are numbered and not named. */
const NUMBERED = new Set(['element', 'hidden']);

export class V8Labels {
  /** The strings of the file. */
  readonly strings = new StringPool();
  private readonly node: SnapshotLayout['node'];
  private readonly edge: SnapshotLayout['edge'];
  /** By type of edge: 1 if it is numbered. */
  private readonly isNumbered: readonly number[];
  private readonly types = new GrowableUint32();
  private readonly names = new GrowableUint32();
  private readonly ids = new GrowableUint32();
  /** By edge: twice its name or number, and 1 more if it is numbered. */
  private readonly edges = new GrowableUint32();

  constructor({ node, edge }: SnapshotLayout) {
    this.node = node;
    this.edge = edge;
    this.isNumbered = edge.types.map((type) => (NUMBERED.has(type) ? 1 : 0));
  }

  /** Keeps the node whose row begins at `rows[at]`. */
  addNode(rows: Float64Array, at: number): void {
    const { type, name, id } = this.node;
    this.types.push(indexOf(rows[at + type]));
    this.names.push(indexOf(rows[at + name]));
    this.ids.push(rows[at + id] <= MOST_ID ? rows[at + id] : 0);
  }

  /** Keeps the edge whose row begins at `rows[at]`. */
  addEdge(rows: Float64Array, at: number): void {
    const { type, name } = this.edge;
    this.edges.push(2 * indexOf(rows[at + name]) + this.isNumbered[rows[at + type]]);
  }

  /** Returns the labels of all nodes and edges. */
  finish(): HeapLabels {
    const { strings } = this;
    const { types: typeNames } = this.node;
    const [types, names, ids, edges] = [this.types.finish(), this.names.finish(), this.ids.finish(), this.edges.finish()];
    const isNamed = typeNames.map((type) => NAMED.has(type));
    // The key of a group is a name, or a type as a negative number.
    const numbers = new GroupNumbers<number>();
    const groupOf = listOf(types.length);
    for (let i = 0; i < types.length; i++) groupOf[i] = numbers.of(isNamed[types[i]] ? names[i] : -1 - types[i]);
    const groupName = (key: number): string => (key >= 0 ? strings.at(key) || '(no name)' : kindOf(typeNames[-1 - key]));
    return {
      by: 'constructor',
      groupOf,
      groups: numbers.keys.map(groupName),
      idOf: (node) => `@${ids[node]}`,
      find: (id) => (/^@\d{1,10}$/.test(id) ? found(ids.indexOf(Number(id.slice(1)))) : undefined),
      nameOf: (node) => describe(typeNames[types[node]] ?? '', isNamed[types[node]] ? '' : strings.at(names[node])),
      edgeName: (edge) => ((edges[edge] & 1) === 0 ? strings.at(edges[edge] >>> 1) : `[${edges[edge] >>> 1}]`),
    };
  }
}

function found(index: number): number | undefined {
  return index === -1 ? undefined : index;
}

function indexOf(value: number): number {
  return Number.isInteger(value) && value >= 0 && value < NONE ? value : NONE;
}

function kindOf(type = 'no type'): string {
  return KINDS[type] ?? `(${type})`;
}

/** Returns the content of a string in quotes, and `f()` for a function. */
function describe(type: string, name: string): string | undefined {
  if (type.endsWith('string')) return `"${name}"`;
  if (name === '') return undefined;
  return type === 'closure' ? `${name}()` : name;
}
