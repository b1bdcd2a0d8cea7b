/**
 * Imports heap snapshots of V8 (`v8.writeHeapSnapshot()`, `node --heapsnapshot-signal`, Chrome's memory
 * panel) of any size, as they arrive. Of the file
 *
 *     {"snapshot":{"meta":{…},"node_count":N,"edge_count":E,…},
 *      "nodes":[…], "edges":[…], …, "strings":[…]}
 *
 * only sizes and edges are kept, 4 bytes each, unless labels are asked for. The reader checks that the rest is JSON and skips it. It
 * refuses a file that is truncated or damaged anywhere with a HeapFormatError. Unused numbers may have
 * any value: Julia writes a `name_or_index` of 2^64 - 1.
 *
 * The root of the image is the node of `root_index`, or node 0, from which V8's roots hang. V8 writes an
 * edge to a value of a WeakMap from the map as well as from the key, so the image keeps values alive
 * that ephemerons would release.
 */
import { basename } from 'node:path';
import { printable } from '../../base/printable.ts';
import { openChunks } from './file-chunks.ts';
import type { HeapImage } from './image.ts';
import type { HeapImporter } from './importer.ts';
import { CLOSE_OBJECT, COLON, COMMA, OPEN_OBJECT, isSpace, show } from './json-bytes.ts';
import { JsonCursor } from './json-cursor.ts';
import { skipValue } from './json-skip.ts';
import { V8Labels } from './v8-labels.ts';
import { hasLabels, readLayout, type SnapshotLayout } from './v8-meta.ts';
import { readEdges, readNodes, type EdgeRows, type NodeRows } from './v8-rows.ts';

/** Limit for the value of `snapshot`. Real ones have a thousand bytes. */
const MAX_META_BYTES = 1 << 20;

export const v8Snapshot: HeapImporter = {
  format: 'V8 heap snapshot',
  extensions: ['.heapsnapshot'],
  rootLabels: {},
  // An empty file matches, too: the reader says that it is empty.
  matches: (head) => head.length === 0 || head[0] === OPEN_OBJECT || isSpace(head[0]) || isByteOrderMark(head),
  read: readV8Snapshot,
};

/** Recognises the marks of UTF-8 and of UTF-16. The reader refuses UTF-16 by name. */
function isByteOrderMark([first, second, third]: Uint8Array): boolean {
  return (first === 0xef && second === 0xbb && third === 0xbf) || (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

export interface V8Image extends HeapImage {
  /** Number of weak edges of the file. They keep nothing alive; `edges` excludes them. */
  readonly weakEdges: number;
}

export interface ReadOptions {
  /** Name of the heap in reports and messages; the file's base name by default. */
  readonly name?: string;
  /** Whether to keep the labels of nodes and edges, which take 20 bytes for each object and 4 for each edge. */
  readonly labels?: boolean;
  /** Called after each buffer (1 MiB of a file) with the bytes read and in total. The total of a stream is undefined. */
  readonly onProgress?: (read: number, total: number | undefined) => void;
}

/** Reads a snapshot from the file at a path, or from a stream. @throws HeapFormatError */
export async function readV8Snapshot(
  source: string | AsyncIterable<Uint8Array>,
  options: ReadOptions = {},
): Promise<V8Image> {
  const name = options.name ?? (typeof source === 'string' ? basename(source) : 'heap snapshot');
  const { size, chunks } =
    typeof source === 'string'
      ? await openChunks(source, name)
      : { size: undefined, chunks: source };
  const cursor = new JsonCursor(name, chunks, (read) => options.onProgress?.(read, size));
  try {
    return await new SnapshotReader(cursor, options.labels ?? false).read(name);
  } finally {
    await cursor.close();
  }
}

class SnapshotReader {
  private readonly cursor: JsonCursor;
  private layout: SnapshotLayout | undefined;
  private nodes: NodeRows | undefined;
  private edges: EdgeRows | undefined;
  private readonly keepsLabels: boolean;
  private labels: V8Labels | undefined;

  constructor(cursor: JsonCursor, keepsLabels: boolean) {
    this.cursor = cursor;
    this.keepsLabels = keepsLabels;
  }

  async read(name: string): Promise<V8Image> {
    await this.begin();
    await this.members();
    await this.end();
    const { nodes, edges } = this;
    if (nodes === undefined) return this.missing(this.layout === undefined ? 'snapshot' : 'nodes');
    if (edges === undefined) return this.missing('edges');
    const root = this.rootOf(nodes);
    return {
      name,
      objects: nodes.count,
      edges: edges.targets.length,
      bytes: nodes.bytes,
      sizes: nodes.sizes,
      ...(nodes.oversized && { oversized: nodes.oversized }),
      firstEdge: edges.firstEdge,
      targets: edges.targets,
      roots: Uint32Array.of(root),
      ...(this.labels && { labels: this.labels.finish() }),
      weakEdges: edges.weak,
    };
  }

  /** Returns the node that `snapshot.root_index` names in the form of `to_node`. */
  private rootOf({ count }: NodeRows): number {
    const { cursor, layout } = this;
    if (layout === undefined) return this.missing('snapshot');
    const root = layout.rootIndex / layout.node.stride;
    if (Number.isInteger(root) && root < count) return root;
    return cursor.reject(`snapshot.root_index is ${layout.rootIndex}, which is no node: it must be a multiple of ${layout.node.stride} below ${count * layout.node.stride}`);
  }

  /** Reads the opening brace. Recognises the most frequent wrong files by their first byte. */
  private async begin(): Promise<void> {
    const { cursor } = this;
    await cursor.skipByteOrderMark();
    const first = await cursor.peekOrEnd();
    if (first === -1) cursor.reject('is empty');
    if (first === 0x1f) cursor.reject('is compressed: gunzip it first');
    if (first !== OPEN_OBJECT) {
      cursor.reject(`is no V8 heap snapshot: it begins with ${show(first)} instead of '{'`);
    }
    cursor.pos++;
  }

  private async members(): Promise<void> {
    const { cursor } = this;
    if ((await cursor.peek()) !== CLOSE_OBJECT) {
      for (;;) {
        const key = await cursor.key();
        await cursor.expect(COLON);
        await this.member(key);
        cursor.part = 'the snapshot';
        if ((await cursor.peek()) !== COMMA) break;
        cursor.pos++;
      }
    }
    if ((await cursor.peek()) !== CLOSE_OBJECT) cursor.unexpected("',' or '}'");
    cursor.pos++;
  }

  private async member(key: string): Promise<void> {
    const { cursor, layout, nodes } = this;
    cursor.part = `the value of "${printable(key, 40)}"`;
    if (key === 'snapshot') {
      if (layout !== undefined) this.twice(key);
      this.layout = readLayout(await this.header(), (problem) => cursor.reject(problem));
      if (this.keepsLabels && hasLabels(this.layout)) this.labels = new V8Labels(this.layout);
    } else if (key === 'nodes') {
      if (nodes !== undefined) this.twice(key);
      if (layout === undefined) return this.outOfOrder(key, 'snapshot');
      this.nodes = await readNodes(cursor, layout, this.labels);
    } else if (key === 'edges') {
      if (this.edges !== undefined) this.twice(key);
      if (layout === undefined) return this.outOfOrder(key, 'snapshot');
      if (nodes === undefined) return this.outOfOrder(key, 'nodes');
      this.edges = await readEdges(cursor, layout, nodes, this.labels);
    } else {
      const { labels } = this;
      await skipValue(cursor, key === 'strings' && labels !== undefined ? (piece) => labels.strings.add(piece) : undefined);
    }
  }

  /** Reads the value of `snapshot`, which is small. */
  private async header(): Promise<unknown> {
    const { cursor } = this;
    const pieces: Buffer[] = [];
    let bytes = 0;
    await skipValue(cursor, (piece) => {
      bytes += piece.length;
      if (bytes > MAX_META_BYTES) cursor.reject(`snapshot takes more than ${MAX_META_BYTES} bytes`);
      pieces.push(Buffer.from(piece));
    });
    return JSON.parse(Buffer.concat(pieces).toString());
  }

  private async end(): Promise<void> {
    const { cursor } = this;
    cursor.part = 'what follows the snapshot';
    if ((await cursor.peekOrEnd()) !== -1) cursor.unexpected('nothing');
  }

  private missing(key: string): never {
    return this.cursor.reject(`is no V8 heap snapshot: it has no "${key}"`);
  }

  private twice(key: string): never {
    return this.cursor.reject(`has "${key}" twice, again before byte ${this.cursor.offset}`);
  }

  private outOfOrder(key: string, before: string): never {
    return this.cursor.reject(
      `"${key}" comes before "${before}" at byte ${this.cursor.offset}, which V8 never writes`,
    );
  }
}
