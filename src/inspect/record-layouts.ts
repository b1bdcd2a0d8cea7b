/** What lies in the records of the shared memory, for names of single words. */
import type { Struct } from '../memory/struct.ts';
import { Config } from '../memory/config.ts';
import type { SegmentName } from '../memory/segment.ts';
import { G } from '../machine/g.ts';
import { GCStats, M } from '../machine/m.ts';
import { P } from '../machine/p.ts';
import { Sched } from '../machine/sched.ts';
import { SudoG } from '../machine/sudog.ts';
import { Doorbell } from '../sync/bell.ts';
import { Clock } from '../sync/clock.ts';
import { LFNode, LFStack } from '../sync/lfstack.ts';
import { Lock } from '../sync/lock.ts';
import { ParFor, ParForThread } from '../sync/parfor.ts';
import { Span } from '../heap/span.ts';
import { SpanList } from '../heap/span-list.ts';
import { MProf } from '../malloc/buckets.ts';
import { Fin } from '../malloc/finq.ts';
import { FixAlloc } from '../malloc/fixalloc.ts';
import { MCache } from '../malloc/mcache-record.ts';
import { MCentral } from '../malloc/mcentral.ts';
import { MHeap } from '../malloc/mheap-record.ts';
import { MStats } from '../malloc/mstats.ts';
import { Persistent } from '../malloc/persistent.ts';
import { ScavengeLog } from '../malloc/scavenge-log.ts';
import { StackPool } from '../malloc/stack.ts';
import { Sweep } from '../malloc/sweep.ts';
import { Sys } from '../malloc/sys.ts';
import { TraceRing } from '../malloc/trace.ts';
import { CycleRing } from '../gc/cycle-log.ts';
import { BitmapWork } from '../gc/collectors/bitmap/work.ts';
import { PtrTarget, ScanBuf } from '../gc/scanbuf.ts';
import { Obj, Work, workbufStruct } from '../gc/work.ts';
import type { Layout } from './name-field.ts';

const lock: Layout = { struct: Lock, self: 'xkey' };
const list: Layout = { struct: SpanList };
const lfstack: Layout = { struct: LFStack, self: 'xhead' };
const fixalloc: Layout = { struct: FixAlloc };
const obj: Layout = { struct: Obj };

export const SPAN: Layout = { struct: Span, parts: { speciallock: lock } };
export const GOROUTINE: Layout = { struct: G, parts: { sudogs: { struct: SudoG } } };
export const MACHINE: Layout = {
  struct: M,
  parts: { gcstats: { struct: GCStats }, scanbuf: { struct: ScanBuf, parts: { ptr: { struct: PtrTarget }, obj } } },
};
export const PROCESSOR: Layout = { struct: P, parts: { mcache: { struct: MCache } } };
export const MCENTRAL: Layout = { struct: MCentral, parts: { lock, nonempty: list, empty: list } };
export const PARFOR_THREAD: Layout = { struct: ParForThread };

export function workbufLayout(cap: number): Layout {
  return { struct: workbufStruct(cap), parts: { node: { struct: LFNode }, obj } };
}

/** Slots of the static segment that hold one record. */
export const GLOBALS: Readonly<Partial<Record<SegmentName, Layout>>> = {
  config: { struct: Config },
  doorbell: { struct: Doorbell },
  mstats: { struct: MStats },
  sched: locked(Sched),
  work: { struct: Work, parts: { full: lfstack, empty: lfstack, lock } },
  parfor: { struct: ParFor },
  sweep: locked(Sweep),
  fin: locked(Fin),
  mheap: {
    struct: MHeap,
    parts: { lock, speciallock: lock, free: list, freelarge: list, busy: list, busylarge: list, spanalloc: fixalloc, specialalloc: fixalloc },
  },
  sys: { struct: Sys },
  stackpool: { struct: StackPool, parts: { lock, spans: list } },
  persistent: locked(Persistent),
  mprof: locked(MProf),
  cycles: { struct: CycleRing },
  bitmapwork: { struct: BitmapWork },
  trace: { struct: TraceRing },
  clock: { struct: Clock },
  scavengelog: { struct: ScavengeLog },
};

function locked(struct: Struct): Layout {
  return { struct, parts: { lock } };
}
