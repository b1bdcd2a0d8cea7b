/** The events of allocfreetrace, one a line. */
import { printable } from '../base/printable.ts';
import { formatAddress } from '../memory/address.ts';
import { G_STATUS, WAIT_REASONS } from '../machine/g.ts';
import { TRACE, type TraceEvent } from '../malloc/trace.ts';

const STATUS_NAMES = Object.fromEntries(Object.entries(G_STATUS).map(([name, status]) => [status, name]));

/**
 * Formats an event: `tracealloc(0xc000012340, 0x20) goroutine 3 [running]: fill <- makeRing`,
 * the innermost step first.
 * @param names the names of the steps in the text segment
 */
export function formatTrace(event: TraceEvent, names: readonly string[], ptrWords: number): string {
  switch (event.kind) {
    case TRACE.alloc:
      return `tracealloc(${addressOf(event, ptrWords)}, 0x${event.size.toString(16)}) ${goroutine(event, names)}`;
    case TRACE.free:
      return `tracefree(${addressOf(event, ptrWords)}, 0x${event.size.toString(16)}) ${goroutine(event, names)}`;
    case TRACE.gc:
      return 'tracegc()';
    case TRACE.goroutine:
      return goroutine(event, names);
    default:
      return 'end tracegc';
  }
}

function addressOf({ p }: TraceEvent, ptrWords: number): string {
  return ptrWords === 2 ? formatAddress(p) : `0x${(p * 4).toString(16)}`;
}

function goroutine({ goid, status, waitreason, pcs, elided }: TraceEvent, names: readonly string[]): string {
  if (goid === 0) return 'no goroutine';
  const state = status === G_STATUS.waiting && waitreason !== 0 ? WAIT_REASONS[waitreason] : STATUS_NAMES[status];
  const steps = pcs.map((pc) => (names[pc] ? printable(names[pc]) : `step ${pc}`));
  const more = elided > 0 ? [`...${elided} more frames`] : [];
  return `goroutine ${goid} [${state}]: ${[...steps, ...more].join(' <- ')}`;
}
