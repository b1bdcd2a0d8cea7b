/**
 * The channels that goroutines wait on. The oracle finds no others, since nothing distinguishes a
 * channel from another block. If a frame of the goroutine holds the channel, which therefore can't
 * have been freed, its queue and its buffer are checked as well.
 */
import { CONFIG, Config } from '../memory/config.ts';
import { G, G_STATUS } from '../machine/g.ts';
import { SCHED, Sched } from '../machine/sched.ts';
import { MAX_CASES, SudoG } from '../machine/sudog.ts';
import { HCHAN_WORDS, Hchan } from '../heap/hchan.ts';
import type { Findings } from './problems.ts';
import { blockAt, nameWord, pointerAt, type HeapView } from './view.ts';

const { id: ID, xstatus: XSTATUS, stack: STACK, sp: SP, nwaits: NWAITS, xselected: XSELECTED, sudogs: SUDOGS } = G.at;
const { g: SG_G, chan: CHAN, queue: QUEUE, link: LINK } = SudoG.at;
const { recvq: RECVQ, sendq: SENDQ, recvx: RECVX, sendx: SENDX, closed: CLOSED, elemsize: ELEMSIZE, lock: LOCK } = Hchan.at;

export function checkChannels(h: HeapView, out: Findings): void {
  const m = h.m;
  const n = Math.min(m[SCHED + Sched.at.allglen], m[CONFIG + Config.at.maxGs]);
  for (let i = 0; i < n; i++) {
    const gp = m[CONFIG + Config.at.gs] + i * G.words;
    if (m[gp + NWAITS] !== 0 && Atomics.load(m, gp + XSTATUS) !== G_STATUS.dead) checkWaiting(h, out, gp, n);
  }
}

function checkWaiting(h: HeapView, out: Findings, gp: number, allg: number): void {
  const m = h.m;
  const waits = m[gp + NWAITS];
  const status = Atomics.load(m, gp + XSTATUS);
  if (waits < 0 || waits > MAX_CASES || status !== G_STATUS.waiting || Atomics.load(m, gp + XSELECTED) !== 0) {
    out.add('CHAN_QUEUE', () => `goroutine ${m[gp + ID]} with status ${status} counts ${waits} waits on channels, selected ${Atomics.load(m, gp + XSELECTED)}`);
    return;
  }
  for (let i = 0; i < waits; i++) {
    const sg = gp + SUDOGS + i * SudoG.words;
    const c = m[sg + CHAN];
    const q = m[sg + QUEUE];
    out.checks++;
    if (m[sg + SG_G] !== gp || (q !== c + RECVQ && q !== c + SENDQ)) {
      out.add('CHAN_QUEUE', () => `goroutine ${m[gp + ID]} waits on the channel ${nameWord(h, c)}, but on none of its queues`);
    } else if (holds(h, gp, c)) {
      checkQueue(h, out, q, sg, allg);
      checkChannel(h, out, c);
    }
  }
}

/** Reports whether a frame of `gp` holds a pointer to the block that begins at `c`. */
function holds(h: HeapView, gp: number, c: number): boolean {
  const off = c - h.arena;
  if (blockAt(h, off) !== off || h.pageStep[off >> 11] < HCHAN_WORDS) return false;
  const segment = h.m[gp + STACK];
  const end = Math.min(h.m[gp + SP], segment + h.m[CONFIG + Config.at.stackWords]);
  for (let i = segment; i < end; i += h.ptrWords) if (pointerAt(h, i) === off) return true;
  return false;
}

/** Checks that `sg` is exactly once on queue `q`, and that every entry of `q` names `q`. */
function checkQueue(h: HeapView, out: Findings, q: number, sg: number, allg: number): void {
  const m = h.m;
  const gs = m[CONFIG + Config.at.gs];
  let found = 0;
  let last = 0;
  let length = 0;
  for (let at = m[q]; at !== 0; at = m[at + LINK]) {
    const isSudoG = at >= gs && at < gs + allg * G.words && m[at + QUEUE] === q;
    if (!isSudoG || ++length > allg * MAX_CASES) {
      out.add('CHAN_QUEUE', () => `a queue of the channel ${nameWord(h, m[sg + CHAN])} ${isSudoG ? 'is a circle' : `points to word ${at}, which does not wait there`}`);
      return;
    }
    if (at === sg) found++;
    last = at;
  }
  if (found !== 1 || m[q + 1] !== last) {
    out.add('CHAN_QUEUE', () => `goroutine ${m[m[sg + SG_G] + ID]} is ${found} times on the queue of the channel ${nameWord(h, m[sg + CHAN])}, whose last is at word ${m[q + 1]}`);
  }
}

function checkChannel(h: HeapView, out: Findings, c: number): void {
  const m = h.m;
  const qcount = m[c];
  const cap = m[c + h.ptrWords];
  const elemWords = m[c + ELEMSIZE] >> 2;
  const [recvx, sendx] = [m[c + RECVX], m[c + SENDX]];
  const fits = HCHAN_WORDS + cap * elemWords <= h.pageStep[(c - h.arena) >> 11];
  if (!fits || !(qcount >= 0 && qcount <= cap && recvx >= 0 && recvx <= cap) || sendx !== (cap === 0 ? 0 : (recvx + qcount) % cap)) {
    out.add('CHAN_BUFFER', () => `the channel ${nameWord(h, c)} holds ${qcount} of ${cap} elements, from ${recvx} to ${sendx}`);
    return;
  }
  for (let i = qcount; i < cap; i++) {
    const at = c + HCHAN_WORDS + ((recvx + i) % cap) * elemWords;
    for (let k = 0; k < elemWords; k++) {
      if (m[at + k] === 0) continue;
      out.add('CHAN_BUFFER', () => `element ${(recvx + i) % cap} of the channel ${nameWord(h, c)} is unused and not zero`);
      return;
    }
  }
  if (m[c + CLOSED] !== 0 || (m[c + RECVQ] !== 0 && qcount > 0) || (m[c + SENDQ] !== 0 && qcount < cap) || Atomics.load(m, c + LOCK) !== 0) {
    out.add('CHAN_BUFFER', () => `goroutines wait on the channel ${nameWord(h, c)}, which holds ${qcount} of ${cap} elements, closed ${m[c + CLOSED]}, locked ${Atomics.load(m, c + LOCK)}`);
  }
}
