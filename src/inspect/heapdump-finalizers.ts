/** The finalizers of a heap dump: those set on live objects, and those due to run. */
import type { Mem } from '../memory/struct.ts';
import { offsetOf } from '../memory/address.ts';
import { addressAt } from '../memory/pointer.ts';
import { SPECIAL_KIND, Special } from '../heap/special.ts';
import { SPAN_STATE, Span, spanAt } from '../heap/span.ts';
import { FIN, Fin, FinBlock, Finalizer, finalizerAt } from '../malloc/finq.ts';
import { nspan } from '../malloc/mheap.ts';
import type { RecordOf } from '../workloads/heaps/go-dump-schema.ts';
import { byteAddress, textAddress } from './heapdump-address.ts';

const { start: START, state: STATE, specials: SPECIALS } = Span.at;
const { next: NEXT, offset: OFFSET, kind: KIND, fn: FN } = Special.at;

/** The fields common to both: a step is a function without a closure, and no type is known. */
function finalizer(address: number, step: number) {
  const code = textAddress(step);
  return { object: address, fn: code, code, argType: 0, objectType: 0 };
}

export function* finalizerRecords(m: Mem): Generator<RecordOf<'finalizer'>> {
  for (let i = 0; i < nspan(m); i++) {
    const s = spanAt(m, i);
    if (m[s + STATE] !== SPAN_STATE.inUse) continue;
    for (let x = m[s + SPECIALS]; x !== 0; x = m[x + NEXT]) {
      if (m[x + KIND] !== SPECIAL_KIND.finalizer) continue;
      yield { kind: 'finalizer', ...finalizer(byteAddress(m, m[s + START] * 4 + (m[x + OFFSET] >>> 0)), m[x + FN]) };
    }
  }
}

/** The due finalizers in all blocks, queued or taken by the finalizer goroutine. */
export function* queuedFinalizerRecords(m: Mem): Generator<RecordOf<'queuedFinalizer'>> {
  for (let block = m[FIN + Fin.at.allfin]; block !== 0; block = m[block + FinBlock.at.alllink]) {
    for (let i = 0; i < m[block + FinBlock.at.cnt]; i++) {
      const f = finalizerAt(block, i);
      const offset = offsetOf(addressAt(m, f + Finalizer.at.arg));
      // An entry whose finalizer has run is cleared.
      if (offset !== 0) yield { kind: 'queuedFinalizer', ...finalizer(byteAddress(m, offset), m[f + Finalizer.at.fn]) };
    }
  }
}
