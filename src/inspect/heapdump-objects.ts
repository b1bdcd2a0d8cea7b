/** The objects of a heap dump: every allocated block, in the order of addresses. */
import { CONFIG, Config, TYPES, ptrWords } from '../memory/config.ts';
import { PAGE_WORDS, PAGE_WORD_SHIFT, type Ref } from '../memory/address.ts';
import type { Mem } from '../memory/struct.ts';
import { isScan } from '../heap/bitmap.ts';
import { HCHAN_WORDS } from '../heap/hchan.ts';
import { gettype } from '../heap/mtypes.ts';
import { TYPE_INFO, Type, typeOfInfo } from '../heap/type.ts';
import { SPAN_STATE, Span, spanOf, type SpanRef } from '../heap/span.ts';
import { ARENA_USED } from '../malloc/mheap.ts';
import { FIELD } from '../workloads/heaps/go-dump-format.ts';
import type { RecordOf } from '../workloads/heaps/go-dump-schema.ts';
import { dumpAddress, memoryAt } from './heapdump-address.ts';

const { start: START, npages: NPAGES, state: STATE, freelist: FREELIST, elemsize: ELEMSIZE, nelems: NELEMS } = Span.at;

const NO_FIELDS = new Uint32Array(0);

/** Yields every allocated block. No MCache may cache a span, so that each freelist is in its span. */
export function* objectRecords(m: Mem): Generator<RecordOf<'object'>> {
  for (const s of spansInUse(m)) {
    const free = freeBlocks(m, s);
    const bytes = m[s + ELEMSIZE] >>> 0;
    for (let i = 0; i < m[s + NELEMS]; i++) {
      if (free[i] === 1) continue;
      const block = m[s + START] + i * (bytes >>> 2);
      yield { kind: 'object', address: dumpAddress(m, block), contents: memoryAt(m, block, bytes), fields: pointerFields(m, block, bytes) };
    }
  }
}

/** Returns the pointers of a block as kind and offset, alternating. */
export function pointerFields(m: Mem, block: Ref, bytes: number): Iterable<number> {
  if (!isScan(m, block)) return NO_FIELDS;
  const types = m[CONFIG + Config.at.types];
  const words = Math.floor(bytes / (4 * ptrWords(m)));
  if (types === TYPES.heapbits) return fieldsOf(m, m[CONFIG + Config.at.ptrBits], (block - m[CONFIG + Config.at.arenaStart]) / ptrWords(m), words, 0);
  const info = types === TYPES.mtypes ? gettype(m, spanOf(m, block), block) : 0;
  return info === 0 ? everyWord(m, bytes) : typedFields(m, info, words);
}

/** Returns the pointers of a block of `words` heap words whose type is `info`. */
function* typedFields(m: Mem, info: number, words: number): Generator<number> {
  const isChan = (info & 3) === TYPE_INFO.chan;
  const type = isChan ? m[typeOfInfo(info) + Type.at.elem] : typeOfInfo(info);
  const size = Math.ceil(m[type + Type.at.size] / (4 * ptrWords(m)));
  const first = isChan ? HCHAN_WORDS / ptrWords(m) : 0;
  const last = size === 0 || (info & 3) === TYPE_INFO.singleObject ? first + size : words;
  for (let at = first; at + size <= last && size > 0; at += size) yield* fieldsOf(m, m[type + Type.at.mask], 0, size, at);
}

/** Returns a field for each bit set among the `n` bits from number `first` of the words at `bits`. They describe the heap words from `at`. */
function* fieldsOf(m: Mem, bits: Ref, first: number, n: number, at: number): Generator<number> {
  for (let i = 0; i < n; i++) {
    const bit = first + i;
    if (((m[bits + (bit >> 5)] >>> (bit & 31)) & 1) === 0) continue;
    yield FIELD.ptr;
    yield (at + i) * 4 * ptrWords(m);
  }
}

/** Returns a field for each word of `bytes` bytes: the collector knows no types, so each may be a pointer. */
export function* everyWord(m: Mem, bytes: number): Generator<number> {
  const ptrSize = 4 * ptrWords(m);
  for (let offset = 0; offset + ptrSize <= bytes; offset += ptrSize) {
    yield FIELD.ptr;
    yield offset;
  }
}

function* spansInUse(m: Mem): Generator<SpanRef> {
  for (let page = m[CONFIG + Config.at.arenaStart]; page < m[ARENA_USED]; ) {
    const s = spanOf(m, page);
    // Inside free runs the page table has stale entries; the entry of the first page is right.
    const isFirst = s !== 0 && m[s + START] === page && m[s + STATE] !== SPAN_STATE.dead;
    if (isFirst && m[s + STATE] === SPAN_STATE.inUse) yield s;
    page += isFirst ? m[s + NPAGES] << PAGE_WORD_SHIFT : PAGE_WORDS;
  }
}

/** Returns, by block, 1 if it is on the span's freelist. */
function freeBlocks(m: Mem, s: SpanRef): Uint8Array {
  const free = new Uint8Array(m[s + NELEMS]);
  const words = m[s + ELEMSIZE] >>> 2;
  for (let p = m[s + FREELIST]; p !== 0; p = m[p]) free[Math.floor((p - m[s + START]) / words)] = 1;
  return free;
}
