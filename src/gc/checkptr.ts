/** Checks the types of pointers against those that their blocks were allocated with. */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { fatal } from '../base/fatal.ts';
import { GC, KIND, KIND_MASK, MTYPES, RUN_MASK, RUN_SHIFT, Type, programOf, typeOfInfo } from '../heap/type.ts';
import { SPAN_STATE, Span, spanOf } from '../heap/span.ts';
import { gettype } from '../heap/mtypes.ts';

const { start: START, sizeclass: SIZECLASS, elemsize: ELEMSIZE, compression: COMPRESSION, limit: LIMIT, state: STATE } = Span.at;

/**
 * Checks a pointer to `obj` whose type declares a value with the program `objti` (Go's checkptr,
 * with --godebug checkptr). The value must fit its block. At the block's start the programs must
 * agree up to the first end. Skips unsafe.Pointers.
 */
export function checkptr(m: Mem, obj: Ref, objti: number): void {
  const s = spanOf(m, obj);
  if (objti === 0 || s === 0 || m[s + STATE] !== SPAN_STATE.inUse || obj < m[s + START] || obj >= m[s + LIMIT]) return;
  if (m[s + COMPRESSION] === MTYPES.empty) return;
  const words = m[s + ELEMSIZE] >>> 2;
  const block = m[s + SIZECLASS] === 0 ? m[s + START] : m[s + START] + Math.floor((obj - m[s + START]) / words) * words;
  const info = gettype(m, s, block);
  if (info === 0) return;
  const program = programOf(objti);
  const type = typeOfInfo(info);
  if (obj + m[program] > block + words) {
    fatal('INVALID_GC_TYPE_INFO', { why: 'the value does not fit into its block', type: m[type + Type.at.index], valueBytes: m[program] * 4, blockBytes: words * 4 });
  }
  if (obj !== block || (m[type + Type.at.kind] & KIND_MASK) === KIND.unsafePointer) return;
  const known = m[type + Type.at.gc];
  for (let i = 1; m[program + i] !== GC.end && m[known + i] !== GC.end; i++) {
    // A run may be longer in the block's program.
    if (((m[program + i] ^ m[known + i]) & ~(RUN_MASK << RUN_SHIFT)) === 0) continue;
    fatal('INVALID_GC_TYPE_INFO', { why: 'the pointer and its block have different types', type: m[type + Type.at.index], word: i, pointer: m[program + i], block: m[known + i] });
  }
}
