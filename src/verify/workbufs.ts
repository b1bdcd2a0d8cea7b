/** The work of the mark phase. Between mark phases, all workbufs are on the stack of empty workbufs and no M marks. */
import { CONFIG, Config } from '../memory/config.ts';
import { M } from '../machine/m.ts';
import { LFNode, LFStack } from '../sync/lfstack.ts';
import { MARKFOR, ParFor, ParForThread } from '../sync/parfor.ts';
import { ScanBuf } from '../gc/scanbuf.ts';
import { WORK, Work } from '../gc/work.ts';
import { procs } from './caches.ts';
import type { Findings } from './problems.ts';
import type { HeapView } from './view.ts';

export class Workbufs {
  /** By workbuf: 1 once it was found on a stack. */
  private seen = new Uint8Array(64);

  check(h: HeapView, out: Findings): void {
    const m = h.m;
    const made = Math.min(m[WORK + Work.at.nbufs], m[CONFIG + Config.at.maxWorkbufs]);
    if (this.seen.length < made) this.seen = new Uint8Array(made * 2);
    this.seen.fill(0, 0, made);
    const full = this.walk(h, out, WORK + Work.at.full, made);
    if (full > 0) out.add('WORK_LEFT', () => `${full} workbufs are on the stack of full ones`);
    const empty = this.walk(h, out, WORK + Work.at.empty, made);
    if (full + empty < made) out.add('WORKBUF_LOST', () => `of ${made} workbufs ${empty} are on the stack of empty ones and ${full} on that of full ones`);
    checkScanbufs(h, out);
    out.checks += made;
  }

  /** Returns the number of workbufs on `stack`. */
  private walk(h: HeapView, out: Findings, stack: number, made: number): number {
    const m = h.m;
    const idBits = m[CONFIG + Config.at.lfstackIdBits];
    const idMask = idBits === 32 ? -1 : (1 << idBits) - 1;
    let n = 0;
    let head = Atomics.load(m, stack + LFStack.at.xhead);
    while (head !== 0) {
      const index = ((head & idMask) >>> 0) - 1;
      if (index < 0 || index >= made) {
        out.add('WORKBUF_LOST', () => `a stack of workbufs points to number ${index} of ${made}`);
        return n;
      }
      if (this.seen[index] !== 0) {
        out.add('WORKBUF_TWICE', () => `workbuf ${index} is on the stacks twice`);
        return n;
      }
      this.seen[index] = 1;
      n++;
      const node = m[CONFIG + Config.at.workbufs] + index * m[CONFIG + Config.at.workbufWords];
      head = Atomics.load(m, node + LFNode.at.xnext);
    }
    return n;
  }
}

function checkScanbufs(h: HeapView, out: Findings): void {
  const m = h.m;
  for (let i = 0; i < procs(h); i++) {
    const sb = m[CONFIG + Config.at.ms] + i * M.words + M.at.scanbuf;
    if (m[sb + ScanBuf.at.busy] !== 0) out.add('SCANBUF_BUSY', () => `M ${i} is marking`);
    if (m[sb + ScanBuf.at.wbuf] !== 0 || m[sb + ScanBuf.at.front] !== 0) out.add('SCANBUF_BUSY', () => `M ${i} holds a workbuf`);
    if (m[sb + ScanBuf.at.nahead] !== 0) out.add('SCANBUF_BUSY', () => `M ${i} has objects that it touched ahead and never scanned`);
    if (m[sb + ScanBuf.at.pendingWord] !== 0) out.add('SCANBUF_BUSY', () => `M ${i} has marks that are not in the bitmap`);
  }
}

/** Checks that marking ended: every marking M waits for work, and no root job is left. */
export function checkMarkEnded(h: HeapView, out: Findings): void {
  const m = h.m;
  const nproc = m[WORK + Work.at.nproc];
  if (nproc <= 1) return;
  const waiting = Atomics.load(m, WORK + Work.at.xnwait);
  const done = Atomics.load(m, WORK + Work.at.xndone);
  if (waiting !== nproc || done !== nproc - 1) {
    out.add('MARK_NOT_ENDED', () => `of ${nproc} marking Ms ${waiting} wait for work, and ${done} helpers are done`);
  }
  for (let tid = 0; tid < nproc; tid++) {
    const range = Atomics.load(m, MARKFOR + ParFor.words + tid * ParForThread.words + ParForThread.at.xpos);
    const begin = range & 0xffff;
    const end = range >>> 16;
    if (begin < end) out.add('ROOT_LEFT', () => `root jobs ${begin} to ${end - 1} of thread ${tid} were not taken`);
  }
}
