/**
 * Reads the `nodes` and `edges` arrays of a heap snapshot. The edges are in the order of their nodes, and
 * each node states the number of its edges. That is the form of an image, except for weak edges, which
 * are left out.
 */
import { GrowableUint32 } from './growable.ts';
import { NumberArrayReader } from './json-numbers.ts';
import type { JsonCursor } from './json-cursor.ts';
import { SizeList } from './size-list.ts';
import type { V8Labels } from './v8-labels.ts';
import type { SnapshotLayout } from './v8-meta.ts';

/** Rows unpacked at a time. */
const BATCH_ROWS = 1024;
const MAX_UINT32 = 2 ** 32 - 1;

export interface NodeRows {
  readonly count: number;
  /** Sum of the sizes of all nodes. */
  readonly bytes: number;
  /** Sizes as in a HeapImage. */
  readonly sizes: Uint32Array;
  readonly oversized?: ReadonlyMap<number, number>;
  /** By node: number of edges, including weak ones. One spare entry at the end. */
  readonly edgeCounts: Uint32Array;
}

export interface EdgeRows {
  readonly firstEdge: Uint32Array;
  readonly targets: Uint32Array;
  /** Number of weak edges, which are left out. */
  readonly weak: number;
}

/** Reads the value of `nodes`. @param labels keeps the labels of each, if given */
export async function readNodes(cursor: JsonCursor, layout: SnapshotLayout, labels?: V8Labels): Promise<NodeRows> {
  const { stride, selfSize, edgeCount } = layout.node;
  const sizes = new SizeList();
  const edgeCounts = new GrowableUint32();
  const batch = new Float64Array(stride * BATCH_ROWS);
  const numbers = await NumberArrayReader.open(cursor);
  let edges = 0;
  for (let n = batch.length; n === batch.length; ) {
    n = await numbers.fill(batch);
    const whole = n - (n % stride);
    for (let i = 0; i < whole; i += stride) {
      const size = batch[i + selfSize];
      const own = batch[i + edgeCount];
      if (!isWhole(size, Number.MAX_SAFE_INTEGER)) badNumber(cursor, sizes.length, 'self_size', size, Number.MAX_SAFE_INTEGER);
      if (!isWhole(own, MAX_UINT32)) badNumber(cursor, sizes.length, 'edge_count', own, MAX_UINT32);
      sizes.push(size);
      edgeCounts.push(own);
      labels?.addNode(batch, i);
      edges += own;
    }
    checkRows(cursor, 'node', sizes.length, layout.nodeCount, n, batch.length, stride);
  }
  if (edges !== layout.edgeCount) {
    cursor.reject(
      `the nodes claim ${edges} edges together, but snapshot.edge_count is ${layout.edgeCount}`,
    );
  }
  return { count: sizes.length, bytes: sizes.bytes, ...sizes.finish(), edgeCounts: edgeCounts.finish(1) };
}

/** Reads the value of `edges`. Overwrites `nodes.edgeCounts`, which becomes `firstEdge`. @param labels keeps the labels of each, if given */
export async function readEdges(
  cursor: JsonCursor, layout: SnapshotLayout, nodes: NodeRows, labels?: V8Labels,
): Promise<EdgeRows> {
  const { stride, type, toNode, weak } = layout.edge;
  const types = layout.edge.types.length;
  const nodeStride = layout.node.stride;
  const firstEdge = nodes.edgeCounts;
  const targets = new GrowableUint32();
  const batch = new Float64Array(stride * BATCH_ROWS);
  const numbers = await NumberArrayReader.open(cursor);
  let read = 0;
  let dropped = 0;
  let node = -1;
  let left = 0; // remaining edges of `node`
  for (let n = batch.length; n === batch.length; ) {
    n = await numbers.fill(batch);
    const whole = n - (n % stride);
    checkRows(cursor, 'edge', read + whole / stride, layout.edgeCount, n, batch.length, stride);
    for (let i = 0; i < whole; i += stride) {
      while (left === 0) {
        left = firstEdge[++node];
        firstEdge[node] = read - dropped;
      }
      left--;
      const offset = batch[i + toNode];
      const target = Math.floor(offset / nodeStride);
      if (target * nodeStride !== offset || !(target >= 0 && target < nodes.count)) {
        badTarget(cursor, read, offset, nodeStride, nodes.count);
      }
      if (!isWhole(batch[i + type], types - 1)) badType(cursor, read, batch[i + type], types);
      if (batch[i + type] === weak) dropped++;
      else {
        targets.push(target);
        labels?.addEdge(batch, i);
      }
      read++;
    }
  }
  firstEdge.fill(read - dropped, node + 1);
  return { firstEdge, targets: targets.finish(), weak: dropped };
}

/** Checks the number of rows after each batch of `n` numbers, so that too many rows fail early. */
function checkRows(
  cursor: JsonCursor, what: string, rows: number, claimed: number,
  n: number, batchLength: number, stride: number,
): void {
  const atEnd = n < batchLength;
  if (rows > claimed || (atEnd && n % stride === 0 && rows < claimed)) {
    const found = atEnd ? `${rows}` : 'more';
    cursor.reject(`snapshot.${what}_count is ${claimed}, but the ${what}s array holds ${found}`);
  }
  if (n % stride !== 0) {
    cursor.reject(
      `the ${what}s array ends in the middle of a row: ${n % stride} numbers instead of ${stride}`,
    );
  }
}

function isWhole(value: number, most: number): boolean {
  return value >= 0 && value <= most && Number.isInteger(value);
}

function badNumber(cursor: JsonCursor, node: number, field: string, value: number, most: number): never {
  return cursor.reject(`the ${field} of node ${node} is ${value}, not a whole number from 0 to ${most}`);
}

function badTarget(
  cursor: JsonCursor, edge: number, offset: number, stride: number, nodes: number,
): never {
  return cursor.reject(
    offset % stride === 0
      ? `edge ${edge} leads to node ${offset / stride}, and there are only ${nodes}`
      : `the to_node of edge ${edge} is ${offset}, not a multiple of a node's ${stride} fields`,
  );
}

function badType(cursor: JsonCursor, edge: number, type: number, types: number): never {
  return cursor.reject(`the type of edge ${edge} is ${type}, and there are only ${types}`);
}
