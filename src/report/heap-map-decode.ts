/** Reads a snapshot of the heap map, in Node and in a browser. A damaged document yields an error, and no more memory than it says. */
import { MAP_STATE, MAP_STATES, bytesOfBlocks, type BlockBits, type SpanColumns } from '../inspect/heap-map-form.ts';
import type { HeapMapField, SnapshotField } from './heap-map.ts';

/** Spans by address, with the bits of their blocks where these were recorded. */
export interface DecodedMap {
  readonly spans: SpanColumns;
  readonly blocks: BlockBits;
  /** By row: the first byte of its bits in `blocks`, -1 without bits. */
  readonly firstByte: Int32Array;
}

/** Returns the spans of `snapshot`. Their pages are `usedPages`. @throws Error if it is not what the schema says */
export async function decodeSnapshot({ classes }: Pick<HeapMapField, 'classes'>, snapshot: SnapshotField): Promise<DecodedMap> {
  const { rows, everySpan } = snapshot;
  const [pages, state, sizeclass, allocated, marked] = await Promise.all([
    unpack(snapshot.pages, rows * 4), unpack(snapshot.state, rows), unpack(snapshot.sizeclass, rows), unpack(snapshot.allocated, rows * 2), unpack(snapshot.marked, rows * 2),
  ]);
  const spans: SpanColumns = {
    pages: numbers(pages, 4, new Uint32Array(rows)),
    state,
    sizeclass,
    allocated: numbers(allocated, 2, new Uint16Array(rows)),
    marked: numbers(marked, 2, new Uint16Array(rows)),
  };
  if (spans.pages.reduce((sum, n) => sum + n, 0) !== snapshot.usedPages) throw new Error(`the spans of the heap map don't add up to ${snapshot.usedPages} pages`);
  const firstByte = new Int32Array(rows).fill(-1);
  let bytes = 0;
  let numbered = 0;
  for (let row = 0; row < rows; row++) {
    if (state[row] >= MAP_STATES.length || sizeclass[row] >= classes.length) throw new Error(`row ${row} of the heap map has an unknown state or size class`);
    if (!hasBits(state[row], sizeclass[row]) || numbered++ % everySpan !== 0) continue;
    firstByte[row] = bytes;
    bytes += bytesOfBlocks(classes[sizeclass[row]].blocks);
  }
  const [allocatedBlocks, markedBlocks] = await Promise.all([unpack(snapshot.allocatedBlocks, bytes), unpack(snapshot.markedBlocks, bytes)]);
  return { spans, blocks: { every: everySpan, allocated: allocatedBlocks, marked: markedBlocks }, firstByte };
}

/** Whether a span of that state and class has several blocks. */
function hasBits(state: number, sizeclass: number): boolean {
  return (state === MAP_STATE.inUse || state === MAP_STATE.unswept) && sizeclass > 0;
}

/** Reads the bit of block `i` from the bits that begin at byte `first`. */
export function blockBit(bits: Uint8Array, first: number, i: number): boolean {
  return ((bits[first + (i >> 3)] >> (i & 7)) & 1) === 1;
}

/** Returns the `expected` bytes that a column holds. */
async function unpack(base64: string, expected: number): Promise<Uint8Array> {
  const packed = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate')).getReader();
  const bytes = new Uint8Array(expected);
  let at = 0;
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    if (at + value!.length > expected) {
      await reader.cancel();
      throw new Error(`a column of the heap map has more than ${expected} bytes`);
    }
    bytes.set(value!, at);
    at += value!.length;
  }
  if (at < expected) throw new Error(`a column of the heap map has ${at} bytes, not ${expected}`);
  return bytes;
}

/** Fills `into` with little-endian numbers of `width` bytes. */
function numbers<Column extends Uint16Array | Uint32Array>(bytes: Uint8Array, width: number, into: Column): Column {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < into.length; i++) into[i] = width === 4 ? view.getUint32(i * 4, true) : view.getUint16(i * 2, true);
  return into;
}
