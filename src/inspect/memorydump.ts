/** Go's dumpspan and memorydump: the memory of a stopped machine, word by word. */
import { ptrWords } from '../memory/config.ts';
import { PAGE_BYTES, PTR_TAG, offsetOf } from '../memory/address.ts';
import { addressAt, isTag } from '../memory/pointer.ts';
import type { Mem } from '../memory/struct.ts';
import { SPAN_STATE, Span, spanAt, type SpanRef } from '../heap/span.ts';
import { nspan } from '../malloc/mheap.ts';

const COLUMNS = 8;
/** The least characters of a piece of the dump. */
const PIECE = 1 << 16;

const { start: START, npages: NPAGES, state: STATE, sizeclass: SIZECLASS, elemsize: ELEMSIZE, nelems: NELEMS, freelist: FREELIST } = Span.at;

/** Yields the dump in pieces: the dump of a large heap exceeds the longest string. */
export function* memorydump(m: Mem): Generator<string> {
  let piece = '';
  const n = nspan(m);
  for (let i = 0; i < n; i++) {
    const s = spanAt(m, i);
    if (m[s + STATE] !== SPAN_STATE.inUse) continue;
    for (const text of dumpspan(m, s)) {
      piece += text;
      if (piece.length < PIECE) continue;
      yield piece;
      piece = '';
    }
  }
  if (piece !== '') yield piece;
}

/**
 * Describes a span in use: its address range, then the words of its blocks, eight a line. The
 * address of a block precedes it, in (parentheses) if it is allocated, in [brackets] if free.
 */
export function* dumpspan(m: Mem, s: SpanRef): Generator<string> {
  const pw = ptrWords(m);
  const bytes = m[s + SIZECLASS] === 0 ? m[s + NPAGES] * PAGE_BYTES : m[s + ELEMSIZE];
  const words = bytes / 4;
  const free = freeBlocks(m, s);
  let p = m[s + START];
  yield `${address(p, pw)} .. ${address(p + m[s + NELEMS] * words, pw)}:\n`;
  let column = 0;
  for (let i = 0; i < m[s + NELEMS]; i++, p += words) {
    const [open, close] = free.has(p) ? '[]' : '()';
    let text = '';
    for (let at = p; at < p + words; at += pw) {
      if (column === 0) text += '\t';
      text += at === p ? `${open}${address(p, pw)}: ` : ' ';
      text += word(m, at, pw);
      if (at + pw >= p + words) text += `${close} `;
      if (++column === COLUMNS) {
        text += '\n';
        column = 0;
      }
      if (text.length > PIECE) {
        yield text;
        text = '';
      }
    }
    yield text;
  }
  yield '\n';
}

function freeBlocks(m: Mem, s: SpanRef): ReadonlySet<number> {
  const free = new Set<number>();
  for (let p = m[s + FREELIST]; p !== 0; p = m[p]) free.add(p);
  return free;
}

/** Formats as %p: hexadecimal, without leading zeros. */
function word(m: Mem, at: number, pw: number): string {
  if (pw === 2 && isTag(m, m[at + 1])) return `0x${(PTR_TAG * 2 ** 32 + offsetOf(addressAt(m, at))).toString(16)}`;
  const low = m[at] >>> 0;
  const high = pw === 2 ? m[at + 1] >>> 0 : 0;
  return high === 0 ? `0x${low.toString(16)}` : `0x${high.toString(16)}${low.toString(16).padStart(8, '0')}`;
}

function address(ref: number, pw: number): string {
  return `0x${(ref * 4 + (pw === 2 ? PTR_TAG * 2 ** 32 : 0)).toString(16)}`;
}
