/**
 * The layout of the rows in a heap snapshot. V8 has added and moved fields over the years;
 * `snapshot.meta` names the fields of a file.
 */
import { printable } from '../../base/printable.ts';

export interface SnapshotLayout {
  /** Rows of the nodes array. */
  readonly nodeCount: number;
  /** Rows of the edges array. */
  readonly edgeCount: number;
  /** The root, in the form of `to_node`; 0 if the file names none. */
  readonly rootIndex: number;
  readonly node: {
    /** Numbers in a row. */
    readonly stride: number;
    /** Position of `self_size` in a row. */
    readonly selfSize: number;
    /** Position of `edge_count` in a row. */
    readonly edgeCount: number;
    /** Positions of fields that only labels need; -1 for one that the file lacks. */
    readonly type: number;
    readonly name: number;
    readonly id: number;
    /** The types of nodes; none if the file doesn't list them. */
    readonly types: readonly string[];
  };
  readonly edge: {
    readonly stride: number;
    readonly type: number;
    readonly toNode: number;
    /** Position of `name_or_index` in a row, which only labels need; -1 if the file lacks it. */
    readonly name: number;
    /** The edge types. The type of a row is an index of this list. */
    readonly types: readonly string[];
    /** Type of weak edges, which don't keep their target alive; -1 if the file has none. */
    readonly weak: number;
  };
}

/** Limit for the fields of a row. V8 has had at most 7. */
const MAX_FIELDS = 64;
/** Limit for rows: object and edge numbers have 32 bits. */
const MAX_ROWS = 2 ** 32 - 2;

type Fail = (problem: string) => never;

/** Validates the value of the `snapshot` key and returns the layout. @param fail throws an error about the file */
export function readLayout(snapshot: unknown, fail: Fail): SnapshotLayout {
  if (!isRecord(snapshot)) return fail('snapshot is no object');
  const { meta } = snapshot;
  if (!isRecord(meta)) return fail('snapshot.meta is missing or no object');
  const nodeFields = names(meta, 'node_fields', fail);
  const edgeFields = names(meta, 'edge_fields', fail);
  if (!Array.isArray(meta.node_types)) return fail('snapshot.meta.node_types is no array');
  const type = position(edgeFields, 'edge_fields', 'type', fail);
  const types = edgeTypes(meta.edge_types, type, fail);
  return {
    nodeCount: count(snapshot, 'node_count', 1, fail),
    edgeCount: count(snapshot, 'edge_count', 0, fail),
    rootIndex: rootIndex(snapshot.root_index, fail),
    node: {
      stride: nodeFields.length,
      selfSize: position(nodeFields, 'node_fields', 'self_size', fail),
      edgeCount: position(nodeFields, 'node_fields', 'edge_count', fail),
      type: nodeFields.indexOf('type'),
      name: nodeFields.indexOf('name'),
      id: nodeFields.indexOf('id'),
      types: nodeTypes(meta.node_types[nodeFields.indexOf('type')]),
    },
    edge: {
      stride: edgeFields.length,
      type,
      toNode: position(edgeFields, 'edge_fields', 'to_node', fail),
      name: edgeFields.indexOf('name_or_index'),
      types,
      weak: types.indexOf('weak'),
    },
  };
}

/** Reports whether a file with this layout has what labels need. */
export function hasLabels({ node, edge }: SnapshotLayout): boolean {
  return Math.min(node.type, node.name, node.id, edge.name) >= 0 && node.types.length > 0;
}

function nodeTypes(types: unknown): string[] {
  return isNames(types) ? types : [];
}

function names(meta: Record<string, unknown>, key: string, fail: Fail): string[] {
  const list = meta[key];
  if (!isNames(list)) return fail(`snapshot.meta.${key} is no array of names`);
  if (list.length === 0 || list.length > MAX_FIELDS) {
    return fail(`snapshot.meta.${key} has ${list.length} fields, not 1 to ${MAX_FIELDS}`);
  }
  return list;
}

function position(fields: string[], key: string, field: string, fail: Fail): number {
  const at = fields.indexOf(field);
  if (at === -1) return fail(`snapshot.meta.${key} has no field '${field}'`);
  if (fields.lastIndexOf(field) !== at) {
    return fail(`snapshot.meta.${key} has the field '${field}' twice`);
  }
  return at;
}

function edgeTypes(list: unknown, at: number, fail: Fail): string[] {
  if (!Array.isArray(list)) return fail('snapshot.meta.edge_types is no array');
  const types: unknown = list[at];
  if (!isNames(types)) return fail(`snapshot.meta.edge_types[${at}] is no array of names`);
  return types;
}

function count(
  snapshot: Record<string, unknown>, key: string, least: number, fail: Fail,
): number {
  const value = snapshot[key];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least) {
    return fail(`snapshot.${key} is ${shortly(value)}, not a whole number from ${least} on`);
  }
  return value > MAX_ROWS ? fail(`snapshot.${key} is ${value}, more than ${MAX_ROWS}`) : value;
}

function rootIndex(value: unknown, fail: Fail): number {
  if (value === undefined) return 0;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  return fail(`snapshot.root_index is ${shortly(value)}, not a whole number from 0 on`);
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shortly(value: unknown): string {
  const text = JSON.stringify(value);
  if (text === undefined) return 'missing';
  return printable(text, 31);
}
