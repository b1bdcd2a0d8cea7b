/**
 * Restores a dump of this machine in place: every object has its old address and contents, so that a
 * new dump has the same objects, byte for byte. The roots lie in the initialised data, one after the
 * other. Goroutines and finalizers are not restored.
 */
import { fatal } from '../base/fatal.ts';
import { PAGE_BYTES, PAGE_WORDS, SMALL_SHIFT, type Ref } from '../memory/address.ts';
import { byteView } from '../memory/bytes.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { MemoryMap } from '../memory/map.ts';
import type { Mem } from '../memory/struct.ts';
import type { MRef } from '../machine/m.ts';
import { markScan } from '../heap/bitmap.ts';
import { classToBlocks, classToSize } from '../heap/size-classes.ts';
import { Span, type SpanRef } from '../heap/span.ts';
import { freeGap, placeArena, placeBlocks, placeGap, placeLarge, placeSpan } from '../malloc/place.ts';
import { dataAt, storeWord } from '../runtime/mutator.ts';
import { SLACK_BYTES } from './footprint.ts';
import { ContentsReader } from './heaps/contents.ts';
import type { HeapImage } from './heaps/image.ts';
import { BASE, type Places } from './heaps/places.ts';
import { listOf } from '../base/large-arrays.ts';
import type { Needs } from './workload.ts';

const ARENA = CONFIG + Config.at.arenaStart;
/** Least bytes of the arena, for an empty heap. */
const LEAST_BYTES = 1 << 20;
/** By block of a span: 1 if it holds an object. */
const TAKEN = new Uint8Array(Math.max(...classToBlocks));

/**
 * Returns `needs` with room for the restored `image`. The restored arena already includes the slack
 * of a workload; a larger arena would not begin at its old place.
 */
export function restoreNeeds(needs: Needs, image: HeapImage, { pages, arenaOffset }: Places): Needs {
  return {
    ...needs,
    arenaBytes: Math.max(LEAST_BYTES, pages * PAGE_BYTES + Math.max(0, needs.arenaBytes - SLACK_BYTES)),
    dataPointers: image.roots.length,
    arenaFrom: arenaOffset / 4,
  };
}

/** Reports whether the arena of a machine with this map begins where the dumped one did, and is large enough. */
export function canRestore({ regions, ptrShift }: MemoryMap, { arenaOffset, pages }: Places): boolean {
  const arena = regions[regions.length - 1];
  // Contents are restored as they are, with addresses for pointers.
  return ptrShift === SMALL_SHIFT && arena.start === arenaOffset / 4 && arena.words >= pages * PAGE_WORDS;
}

/**
 * Builds `image` in an empty heap, on M 0, before collections are enabled. Its objects are zero and
 * pointer-free until `readContents` fills them.
 * @returns the reference of each object
 * @throws Fatal OUT_OF_MEMORY if the arena has no room
 */
export function restoreImage(m: Mem, m0: MRef, image: HeapImage, places: Places): Uint32Array {
  const { spans, pages, arenaOffset, offsets } = places;
  if (m[ARENA] !== arenaOffset / 4) fatal('RESTORE_ELSEWHERE', { arena: m[ARENA], wanted: arenaOffset / 4 });
  placeArena(m, m0, pages);
  const gaps: SpanRef[] = [];
  let end = 0;
  for (let i = 0; i < spans.page.length; i++) {
    if (spans.page[i] > end) gaps.push(placeGap(m, m0, spans.page[i] - end));
    restoreSpan(m, m0, places, i);
    end = spans.page[i] + spans.pages[i];
  }
  for (const gap of gaps) freeGap(m, m0, gap);
  const refs = listOf(offsets.length);
  for (let i = 0; i < offsets.length; i++) refs[i] = (arenaOffset + offsets[i]) / 4;
  for (let i = 0; i < image.roots.length; i++) storeWord(m, dataAt(m, i), 0, refs[image.roots[i]]);
  return refs;
}

function restoreSpan(m: Mem, m0: MRef, { spans, offsets }: Places, i: number): void {
  const c = spans.sizeclass[i];
  const start: Ref = m[ARENA] + spans.page[i] * PAGE_WORDS;
  const s = c === 0 ? placeLarge(m, m0, spans.pages[i]) : placeSpan(m, m0, spans.pages[i], c);
  if (m[s + Span.at.start] !== start) fatal('RESTORED_SPAN_ELSEWHERE', { span: s, start: m[s + Span.at.start], wanted: start });
  const taken = TAKEN.subarray(0, classToBlocks[c]).fill(0);
  for (let object = spans.firstObject[i]; object < spans.firstObject[i + 1]; object++) {
    if (c !== 0) taken[(offsets[object] - spans.page[i] * PAGE_BYTES) / classToSize[c]] = 1;
  }
  if (c !== 0) placeBlocks(m, m0, s, taken);
}

/**
 * Fills the objects of a restored heap from its file, which is read a second time.
 * @param signal aborts the reading
 * @throws HeapFormatError if the file has changed or can't be read; the signal's reason if aborted
 */
export async function readContents(m: Mem, image: HeapImage, places: Places, signal?: AbortSignal): Promise<void> {
  const reader = contentsReader(m, image, places);
  if (!reader.isDone) {
    for await (const piece of places.contents.bytes()) {
      signal?.throwIfAborted();
      reader.push(piece);
      if (reader.isDone) break;
    }
  }
  reader.finish();
}

/** Returns a reader that fills the objects of a restored heap with the bytes of its file. */
export function contentsReader(m: Mem, { name, sizes }: HeapImage, { contents, arenaOffset, offsets }: Places): ContentsReader {
  return new ContentsReader(contents.offset, {
    name, sizes, offsets, memory: byteView(m), origin: arenaOffset, originAddress: BASE + arenaOffset,
    onPointers: (object) => markScan(m, (arenaOffset + offsets[object]) / 4),
  });
}
