/** The finalizers of a heap dump: those that wait for their object, and those that are due. */
import type { Mem } from '../memory/struct.ts';
import { SPECIAL_KIND, Special } from '../heap/special.ts';
import { SPAN_STATE, Span, spanAt } from '../heap/span.ts';
import { FIN, Fin, FinBlock, Finalizer, finalizerAt } from '../malloc/finq.ts';
import { nspan } from '../malloc/mheap.ts';
import type { RecordOf } from '../workloads/heaps/go-dump-schema.ts';
import { byteAddress, textAddress } from './heapdump-address.ts';

const { start: START, state: STATE, specials: SPECIALS } = Span.at;
const { next: NEXT, offset: OFFSET, kind: KIND, fn: FN } = Special.at;

/** What they have in common: a step is a function without a closure, and nothing here has a type. */
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

/** As the collector finds them: in all blocks, whether queued or being worked on. */
export function* queuedFinalizerRecords(m: Mem): Generator<RecordOf<'queuedFinalizer'>> {
  for (let block = m[FIN + Fin.at.allfin]; block !== 0; block = m[block + FinBlock.at.alllink]) {
    for (let i = 0; i < m[block + FinBlock.at.cnt]; i++) {
      const f = finalizerAt(block, i);
      const offset = m[f + Finalizer.at.arg] >>> 0;
      // One that has run is cleared.
      if (offset !== 0) yield { kind: 'queuedFinalizer', ...finalizer(byteAddress(m, offset), m[f + Finalizer.at.fn]) };
    }
  }
}
