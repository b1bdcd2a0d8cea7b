/** Feeds snapshots in memory to the importer, in buffers of any size. */
import { readV8Snapshot, type V8Image } from '../../../src/workloads/heaps/v8-snapshot.ts';

/** Yields `bytes` in buffers of `size`. Reuses one buffer, as the reader of a file does. */
export async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(size);
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    buffer.fill(0xff);
    buffer.set(piece);
    yield buffer.subarray(0, piece.length);
  }
}

export function readText(text: string | Uint8Array, size = 1 << 16): Promise<V8Image> {
  return readV8Snapshot(inChunks(Buffer.from(text as string), size), { name: 'test' });
}

/** Returns the smallest complete snapshot: 3 nodes and 4 edges, one of them weak. */
export function tiny(): TinySnapshot {
  return {
    snapshot: {
      meta: {
        node_fields: ['type', 'name', 'id', 'self_size', 'edge_count'],
        node_types: [['hidden', 'object'], 'string', 'number', 'number', 'number'],
        edge_fields: ['type', 'name_or_index', 'to_node'],
        edge_types: [['property', 'weak', 'shortcut'], 'string_or_number', 'node'],
      },
      node_count: 3,
      edge_count: 4,
    },
    nodes: [0, 0, 1, 0, 2, 1, 1, 3, 24, 0, 1, 2, 5, 4000000000, 2],
    edges: [0, 1, 5, 0, 2, 10, 1, 3, 5, 2, 4, 0],
    strings: ['', 'a "quoted" one', 'back\\slash'],
  };
}

export interface TinySnapshot {
  snapshot: { meta: Record<string, unknown>; [key: string]: unknown };
  nodes: unknown;
  edges: unknown;
  strings: unknown;
}
