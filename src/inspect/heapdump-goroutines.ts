/** The goroutines of a heap dump, each with its frames, the running one first. */
import type { Mem } from '../memory/struct.ts';
import { loadWide } from '../memory/wide.ts';
import { G, G_STATUS, WAIT_REASONS, gAt, type GRef } from '../machine/g.ts';
import { allglen } from '../machine/sched.ts';
import { framesOf } from '../runtime/goroutine.ts';
import type { DumpRecord, RecordOf } from '../workloads/heaps/go-dump-schema.ts';
import { dumpAddress, memoryAt, textAddress } from './heapdump-address.ts';
import { everyWord } from './heapdump-objects.ts';

const { xstatus: XSTATUS, id: ID, pc: PC, base: BASE, m: G_M, sp: SP, fp: FP } = G.at;
const { issystem: ISSYSTEM, isbackground: ISBACKGROUND, waitsince: WAITSINCE, waitreason: WAITREASON } = G.at;

/** The live goroutines. Statuses have Go's numbers. */
export function* goroutineRecords(m: Mem, text: readonly string[]): Generator<DumpRecord> {
  for (let i = 0; i < allglen(m); i++) {
    const gp = gAt(m, i);
    const status = Atomics.load(m, gp + XSTATUS);
    if (status === G_STATUS.idle || status === G_STATUS.dead) continue;
    yield goroutine(m, gp, status);
    yield* frames(m, gp, text);
  }
}

function goroutine(m: Mem, gp: GRef, status: number): RecordOf<'goroutine'> {
  return {
    kind: 'goroutine',
    address: dumpAddress(m, gp),
    sp: dumpAddress(m, m[gp + FP] === 0 ? m[gp + SP] : m[gp + FP]),
    id: m[gp + ID],
    gopc: textAddress(m[gp + BASE] + m[gp + PC]),
    status,
    isSystem: m[gp + ISSYSTEM] !== 0,
    isBackground: m[gp + ISBACKGROUND] !== 0,
    waitSince: loadWide(m, gp + WAITSINCE),
    // The record keeps the reason after the wait.
    waitReason: status === G_STATUS.waiting ? (WAIT_REASONS[m[gp + WAITREASON]] ?? '') : '',
    context: 0,
    thread: m[gp + G_M] === 0 ? 0 : dumpAddress(m, m[gp + G_M]),
    deferred: 0,
    panicking: 0,
  };
}

/** The memory of a frame is its slots. A frame is named by the step that runs, or continues, in it. */
function* frames(m: Mem, gp: GRef, text: readonly string[]): Generator<RecordOf<'frame'>> {
  let childSp = 0;
  let depth = 0;
  for (const { fp, end, pc } of framesOf(m, gp)) {
    const sp = dumpAddress(m, fp);
    const step = m[gp + BASE] + pc;
    const bytes = (end - fp) * 4;
    yield {
      kind: 'frame', sp, depth, childSp, contents: memoryAt(m, fp, bytes),
      entry: textAddress(step), pc: textAddress(step), continuation: textAddress(step),
      function: text[step] ?? `step ${pc}`, fields: everyWord(m, bytes),
    };
    childSp = sp;
    depth++;
  }
}
