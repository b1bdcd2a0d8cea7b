/** A naive V8 importer. The streaming importer must agree with it. */
import type { V8Image } from '../../../src/workloads/heaps/v8-snapshot.ts';

export function naiveImage(text: string, name: string): V8Image {
  const { snapshot, nodes, edges } = JSON.parse(text);
  const { node_fields, edge_fields, edge_types } = snapshot.meta;
  const weak = edge_types[edge_fields.indexOf('type')].indexOf('weak');
  const sizes: number[] = [];
  const firstEdge = [0];
  const targets: number[] = [];
  let edge = 0;
  let weakEdges = 0;
  for (let at = 0; at < nodes.length; at += node_fields.length) {
    sizes.push(nodes[at + node_fields.indexOf('self_size')]);
    for (let k = nodes[at + node_fields.indexOf('edge_count')]; k > 0; k--) {
      const row = edges.slice(edge, (edge += edge_fields.length));
      if (row[edge_fields.indexOf('type')] === weak) weakEdges++;
      else targets.push(row[edge_fields.indexOf('to_node')] / node_fields.length);
    }
    firstEdge.push(targets.length);
  }
  const oversized = new Map(sizes.flatMap((size, i) => (size >= 2 ** 32 - 1 ? [[i, size] as const] : [])));
  return {
    name,
    objects: sizes.length,
    edges: targets.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    sizes: Uint32Array.from(sizes, (size) => Math.min(size, 2 ** 32 - 1)),
    ...(oversized.size > 0 && { oversized }),
    firstEdge: Uint32Array.from(firstEdge),
    targets: Uint32Array.from(targets),
    roots: Uint32Array.of((snapshot.root_index ?? 0) / node_fields.length),
    weakEdges,
  };
}
