/**
 * The heap of a stopped machine as a graph, as its conservative collectors see it: without types. The objects are the
 * allocated blocks in the order of their addresses. Every word of a scanned block that points to one of them is a reference.
 */
import { floatsOf, listOf, release } from '../base/large-arrays.ts';
import type { Mem } from '../memory/struct.ts';
import { readBlocks } from '../verify/blocks.ts';
import { Findings } from '../verify/problems.ts';
import { ROOT_NUMBERS, findRoots, nameRoot, type Roots } from '../verify/roots.ts';
import { blockCount, blockWords, readSpans } from '../verify/spans.ts';
import { HeapView, PAGE_WORDS, SPAN_KIND, blockAt, hasBit, isScanned, nameWord, pointerAt, spanStart } from '../verify/view.ts';
import type { HeapGraph } from '../workloads/heaps/image.ts';
import { GrowableUint32 } from '../workloads/heaps/growable.ts';
import { byAddress } from '../workloads/heaps/labels.ts';
import { groupBySize } from '../workloads/heaps/size-labels.ts';

/** Returns the graph of the heap of `m`. The memory must stay as it is as long as the labels are used. */
export function machineGraph(m: Mem): HeapGraph {
  const view = new HeapView(m);
  const findings = new Findings();
  view.begin();
  findings.begin();
  readSpans(view, findings);
  readBlocks(view, findings);
  const roots: Roots = [];
  findRoots(view, roots);
  return new Reader(view).read(roots);
}

/** A free block. */
const NO_OBJECT = 2 ** 32 - 1;

class Reader {
  private readonly h: HeapView;
  /** By span record: index in `numberOf` of its first block. */
  private readonly firstBlock: Uint32Array;
  /** By block: the number of its object. */
  private readonly numberOf: Uint32Array;
  /** By object: offset of its block. */
  private readonly offsets: Uint32Array;

  constructor(h: HeapView) {
    this.h = h;
    this.firstBlock = new Uint32Array(h.nspans);
    let blocks = 0;
    for (const i of spansInOrder(h)) {
      this.firstBlock[i] = blocks;
      blocks += blockCount(h, i);
    }
    this.numberOf = listOf(blocks);
    this.offsets = this.numberObjects();
  }

  /** Numbers the blocks that are on no freelist. Returns their offsets. */
  private numberObjects(): Uint32Array {
    const { h, numberOf } = this;
    const offsets = new GrowableUint32();
    for (const i of spansInOrder(h)) {
      const step = blockWords(h, i);
      for (let n = 0; n < blockCount(h, i); n++) {
        const off = spanStart(h, i) + n * step;
        const isFree = hasBit(h, h.free, off);
        numberOf[this.firstBlock[i] + n] = isFree ? NO_OBJECT : offsets.length;
        if (!isFree) offsets.push(off);
      }
    }
    return offsets.finish();
  }

  read(ranges: Roots): HeapGraph {
    const { h, offsets } = this;
    const objects = offsets.length;
    const roots = this.readRoots(ranges);
    const sizes = listOf(objects);
    const firstEdge = listOf(objects + 1);
    const targets = new GrowableUint32();
    /** By edge: reference of the word with the pointer. */
    const slots = new GrowableUint32();
    let bytes = 0;
    for (let object = 0; object < objects; object++) {
      const start = h.arena + offsets[object];
      const words = h.pageStep[offsets[object] >> 11];
      sizes[object] = words * 4;
      bytes += words * 4;
      firstEdge[object] = targets.length;
      if (isScanned(h, offsets[object])) {
        this.scan(start, start + words, (target, slot) => {
          targets.push(target);
          slots.push(slot - start);
        });
      }
    }
    firstEdge[objects] = targets.length;
    const edges = targets.length;
    const slotOf = slots.finish();
    const addresses = floatsOf(objects);
    for (let i = 0; i < objects; i++) addresses[i] = addressOf(h, offsets[i]);
    release(this.numberOf);
    return {
      objects, edges, bytes, sizes, firstEdge, targets: targets.finish(), roots: roots.objects,
      labels: {
        ...groupBySize({ objects, sizes }),
        ...byAddress(addresses),
        edgeName: (edge) => `word ${slotOf[edge] >> h.shift}`,
        rootName: (root) => nameRoot(h, ranges, roots.range[root], roots.slot[root]),
      },
    };
  }

  /** Returns the objects that the roots point to, each with the first root and word that does. */
  private readRoots(ranges: Roots): { readonly objects: Uint32Array; readonly range: number[]; readonly slot: number[] } {
    const found = new Map<number, { readonly range: number; readonly slot: number }>();
    for (let range = 0; range * ROOT_NUMBERS < ranges.length; range++) {
      const [, , from, to] = ranges.slice(range * ROOT_NUMBERS, (range + 1) * ROOT_NUMBERS);
      this.scan(from, to, (object, slot) => {
        if (!found.has(object)) found.set(object, { range, slot });
      });
    }
    const all = [...found.values()];
    return { objects: Uint32Array.from(found.keys()), range: all.map(({ range }) => range), slot: all.map(({ slot }) => slot) };
  }

  /** Visits the object that each of the words from `from` up to `to` points to. */
  private scan(from: number, to: number, visit: (object: number, slot: number) => void): void {
    const { h, numberOf, firstBlock } = this;
    for (let slot = from; slot < to; slot += h.ptrWords) {
      const off = blockAt(h, pointerAt(h, slot));
      if (off < 0) continue;
      const page = off >> 11;
      const object = numberOf[firstBlock[h.owner[page] - 1] + (off - h.pageStart[page]) / h.pageStep[page]];
      if (object !== NO_OBJECT) visit(object, slot);
    }
  }
}

/** Yields the spans in use, as numbers of their records, in the order of their addresses. */
function* spansInOrder(h: HeapView): Generator<number> {
  for (let page = 0; page < h.pages; page++) {
    const i = h.owner[page] - 1;
    const isFirst = i >= 0 && h.pageStart[page] === page * PAGE_WORDS;
    if (isFirst && (h.kind[i] === SPAN_KIND.small || h.kind[i] === SPAN_KIND.large)) yield i;
  }
}

function addressOf(h: HeapView, off: number): number {
  return Number(nameWord(h, h.arena + off));
}
