/**
 * The oracle's tracer. Without types, each word that looks like a pointer to a block is one; with
 * types, the type of a block tells its pointers.
 */
import { CONFIG, Config, TYPES } from '../memory/config.ts';
import { ROOT, ROOT_NUMBERS, type Roots } from './roots.ts';
import { visitBlock, visitSpanTypes } from './types.ts';
import { TAG, blockAt, pointerAt, type HeapView } from './view.ts';

/** Traces the heap into `h.reached`. Keeps its stack between calls. */
export class Tracer {
  private stack: Int32Array = new Int32Array(1024);
  /** Number of blocks reached. */
  count = 0;

  trace(h: HeapView, roots: Roots): void {
    h.reached.fill(0, 0, h.bitWords);
    this.count = 0;
    if (h.m[CONFIG + Config.at.types] !== TYPES.none) {
      this.traceTyped(h, roots);
      return;
    }
    for (let r = 0; r < roots.length; r += ROOT_NUMBERS) this.drain(h, roots[r + 2], roots[r + 3]);
  }

  /** Scans the words from `from` up to `to`, then each new block, until no new block is left. */
  private drain(h: HeapView, from: number, to: number): void {
    const { m, arena, shift, ptrShift, reached, pageStart, pageStep, pageEnd } = h;
    const tagged = h.ptrWords === 2;
    const tagBits = ptrShift === 1 ? ~1 : ~0;
    const words = h.ptrWords;
    const used = h.pages << 11;
    let stack = this.stack;
    let top = 0;
    let count = 0;
    let i = from;
    let end = to;
    for (;;) {
      for (; i < end; i += words) {
        if (tagged && (m[i + 1] & tagBits) !== TAG) continue;
        const p = (m[i] >>> ptrShift) - arena;
        if (p >>> 0 >= used) continue;
        const page = p >> 11;
        const step = pageStep[page];
        if (step === 0 || p >= pageEnd[page]) continue;
        const start = pageStart[page];
        const off = start + (((p - start) / step) | 0) * step;
        const bit = off >> shift;
        const mask = 1 << (bit & 31);
        const set = reached[bit >> 5];
        if ((set & mask) !== 0) continue;
        const low = m[arena - ((bit >> 4) << 1) - 2] >>> (bit & 15);
        // A scan bit without an allocated bit: the collector ignores the block.
        if ((low & 0x10001) === 0x10000) continue;
        reached[bit >> 5] = set | mask;
        count++;
        if ((low & 0x10000) === 0) continue;
        if (top === stack.length) stack = this.grow();
        stack[top++] = off;
      }
      if (top === 0) break;
      const off = stack[--top];
      i = arena + off;
      end = i + pageStep[off >> 11];
    }
    this.count += count;
  }

  private traceTyped(h: HeapView, roots: Roots): void {
    const found: number[] = [];
    const visit = (target: number) => {
      const off = blockAt(h, target);
      if (off < 0) return;
      const bit = off >> h.shift;
      const mask = 1 << (bit & 31);
      if ((h.reached[bit >> 5] & mask) !== 0) return;
      const low = lowBits(h, off);
      if ((low & 0x10001) === 0x10000) return;
      h.reached[bit >> 5] |= mask;
      this.count++;
      if ((low & 0x10000) !== 0) found.push(off);
    };
    visitSpanTypes(h, visit);
    for (let r = 0; r < roots.length; r += ROOT_NUMBERS) {
      if (roots[r] !== ROOT.object) {
        for (let i = roots[r + 2]; i < roots[r + 3]; i += h.ptrWords) {
          const target = pointerAt(h, i);
          if (target >= 0) visit(target);
        }
      } else if (h.m[CONFIG + Config.at.types] !== TYPES.heapbits || (lowBits(h, roots[r + 1]) & 0x10000) !== 0) {
        visitBlock(h, roots[r + 1], visit);
      }
      for (let off = found.pop(); off !== undefined; off = found.pop()) visitBlock(h, off, visit);
    }
    for (let off = found.pop(); off !== undefined; off = found.pop()) visitBlock(h, off, visit);
  }

  private grow(): Int32Array {
    const stack = new Int32Array(this.stack.length * 2);
    stack.set(this.stack);
    this.stack = stack;
    return stack;
  }
}

/** Returns the bitmap word of the block at `off`, shifted: the allocated bit is 1, the scan bit 0x10000. */
function lowBits(h: HeapView, off: number): number {
  const bit = off >> h.shift;
  return h.m[h.arena - ((bit >> 4) << 1) - 2] >>> (bit & 15);
}
