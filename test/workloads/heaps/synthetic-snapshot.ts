/**
 * Writes random heap snapshots of any size like V8: one node in a line, names in a string table, some
 * weak edges. Every node but the root is the child of an earlier one.
 */
import { open } from 'node:fs/promises';
import { seedState, xorshift32 } from '../../../src/base/random.ts';

export interface SyntheticOptions {
  readonly nodes: number;
  /** Average number of edges of a node. */
  readonly edgesPerNode?: number;
  readonly seed?: number;
  /** Fields of a node in order; those of V8 in 2023 by default. */
  readonly nodeFields?: readonly string[];
  readonly edgeFields?: readonly string[];
}

export const NODE_FIELDS = [
  'type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness',
];
export const EDGE_FIELDS = ['type', 'name_or_index', 'to_node'];

const EDGE_TYPES = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'];
const NODE_TYPES = ['hidden', 'array', 'string', 'object', 'code', 'closure'];
const FLUSH_CHARS = 1 << 18;

/** Yields the text in pieces of about 256 KiB. */
export function* syntheticSnapshot(options: SyntheticOptions): Generator<Buffer> {
  let text = '';
  for (const line of lines(options)) {
    text += line;
    if (text.length < FLUSH_CHARS) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

/** Writes the snapshot to `path`. Returns its bytes. */
export async function writeSyntheticSnapshot(
  path: string, options: SyntheticOptions,
): Promise<number> {
  const file = await open(path, 'w');
  let bytes = 0;
  for (const piece of syntheticSnapshot(options)) bytes += (await file.write(piece)).bytesWritten;
  await file.close();
  return bytes;
}

function* lines(options: SyntheticOptions): Generator<string> {
  const { nodes, edgesPerNode = 2.5, seed = 1 } = options;
  const { nodeFields = NODE_FIELDS, edgeFields = EDGE_FIELDS } = options;
  let state = seedState(seed);
  const below = (limit: number): number => (state = xorshift32(state)) % limit;

  const names = 10 + Math.floor(nodes / 10);

  // `parents[i - 1]` keeps node i alive; each node has its children and some other edges.
  const parents = Uint32Array.from({ length: nodes - 1 }, (_, i) => below(i + 1));
  const counts = new Uint32Array(nodes);
  for (const parent of parents) counts[parent]++;
  let edges = parents.length;
  for (const others = Math.floor(nodes * edgesPerNode); edges < others; edges++) {
    counts[below(nodes)]++;
  }
  const children = childrenOf(parents, nodes);

  yield `{"snapshot":${JSON.stringify({
    meta: {
      node_fields: nodeFields,
      node_types: nodeFields.map((name) => (name === 'type' ? NODE_TYPES : 'number')),
      edge_fields: edgeFields,
      edge_types: edgeFields.map((name) => (name === 'type' ? EDGE_TYPES : 'node')),
      location_fields: ['object_index', 'script_id', 'line', 'column'],
    },
    node_count: nodes,
    edge_count: edges,
    trace_function_count: 0,
  })},\n"nodes":[`;

  for (let i = 0; i < nodes; i++) {
    const row: Record<string, number> = {
      type: below(NODE_TYPES.length),
      name: below(names),
      id: 2 * i + 1,
      self_size: below(20) === 0 ? 0 : 8 * (1 + below(below(50) === 0 ? 5000 : 12)),
      edge_count: counts[i],
    };
    yield `${i > 0 ? ',' : ''}${nodeFields.map((name) => row[name] ?? 0).join()}\n`;
  }
  yield '],\n"edges":[';
  let first = true;
  for (let i = 0; i < nodes; i++) {
    for (let k = 0; k < counts[i]; k++) {
      const child = children.first[i] + k;
      const own = child < children.first[i + 1];
      const row: Record<string, number> = {
        type: own ? below(EDGE_TYPES.length - 1) : below(EDGE_TYPES.length),
        name_or_index: below(names),
        to_node: (own ? children.list[child] : below(nodes)) * nodeFields.length,
      };
      yield `${first ? '' : ','}${edgeFields.map((name) => row[name] ?? 0).join()}\n`;
      first = false;
    }
  }
  yield '],\n"trace_function_infos":[],\n"trace_tree":[],\n"samples":[],\n"locations":[0,1,2,3\n';
  yield `,${nodeFields.length},1,4,5],\n"strings":["<dummy>"`;
  for (let i = 1; i < names; i++) yield `,\n"name ${i} \\"\\\\ \\u00e4 {[,"`;
  yield ']}\n';
}

/** The children of node i are `list[first[i] … first[i + 1] - 1]`. */
function childrenOf(
  parents: Uint32Array, nodes: number,
): { first: Uint32Array; list: Uint32Array } {
  const first = new Uint32Array(nodes + 2);
  for (const parent of parents) first[parent + 2]++;
  for (let i = 2; i < first.length; i++) first[i] += first[i - 1];
  const list = new Uint32Array(parents.length);
  parents.forEach((parent, i) => (list[first[parent + 1]++] = i + 1));
  return { first, list };
}
