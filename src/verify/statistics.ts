/** Statistics that only a cycle or a recount changes. They agree whenever the world is stopped. */
import { MSTATS, MStats, PAUSES } from '../malloc/mstats.ts';
import type { Findings } from './problems.ts';
import { wide, type HeapView } from './view.ts';

const at = MStats.at;

export function checkStatistics(h: HeapView, out: Findings): void {
  checkPauses(h, out);
  checkRecounted(h, out);
}

/** Checks the ring of pauses while it holds all pauses: their sum, and the end of the last. */
function checkPauses(h: HeapView, out: Findings): void {
  const m = h.m;
  const numgc = m[MSTATS + at.numgc];
  if (numgc <= 0 || numgc > PAUSES) return;
  let total = 0;
  for (let i = 0; i < numgc; i++) total += wide(m, MSTATS + at.pauseNs + 2 * i);
  const kept = wide(m, MSTATS + at.pauseTotalNs);
  if (kept !== total) out.add('PAUSES', () => `the pauses of ${numgc} cycles make ${total} ns, but pauseTotalNs is ${kept}`);
  const ended = wide(m, MSTATS + at.pauseEnd + 2 * (numgc - 1));
  const last = wide(m, MSTATS + at.lastGc);
  if (last !== ended) out.add('PAUSES', () => `the pause of cycle ${numgc} ended at ${ended} ms, but lastGc is ${last}`);
  out.checks += numgc;
}

/** Checks the statistics that updatememstats writes together. */
function checkRecounted(h: HeapView, out: Findings): void {
  const m = h.m;
  const mallocs = wide(m, MSTATS + at.nmalloc);
  const frees = wide(m, MSTATS + at.nfree);
  const objects = wide(m, MSTATS + at.heapObjects);
  if (mallocs - frees !== objects) out.add('MEMSTATS', () => `${mallocs} mallocs and ${frees} frees were counted, but ${objects} objects`);
}
