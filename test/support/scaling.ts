/** Measurements that never were. */
import type { MarkThread } from '../../src/gc/cycle-log.ts';
import { markResults, type Scaling } from '../../src/report/scaling.ts';
import { cycleOf } from '../cli/fakes.ts';

/** One that waits for a tenth of its time. */
function threadOf(nproc: number, markNs: number): MarkThread {
  return {
    objectsMarked: 4_194_303 / nproc, bytesScanned: 134e6 / nproc, rootNs: markNs / 20, gatherNs: markNs / 50, drainNs: markNs * 0.95,
    waitNs: nproc === 1 ? 0 : markNs / 10, sleepNs: 0, handoffNs: 0, casFailed: 0,
  };
}

/** Ten collections with each count after one to warm up, whose mark times are near `ms`. */
export function scalingOf(times: Record<number, number>, changes: Partial<Scaling> = {}): Scaling {
  const counts = Object.keys(times).map(Number);
  const cycles = counts.flatMap((nproc) => Array.from({ length: 11 }, (_, i) => cycleOf({
    nproc, forced: 2, markNs: i === 0 ? 1e12 : times[nproc] * 1e6 * (1 + (i - 5) / 200), objectsMarked: 4_194_303, bytesMarked: 134e6,
    threads: Array.from({ length: nproc }, () => threadOf(nproc, times[nproc] * 1e6)),
    nhandoff: 120 * (nproc - 1), nsteal: nproc - 1, idleNs: (nproc - 1) * 9e6,
  })));
  const heap = { name: 'tree', objects: 4_194_303, bytes: 134_217_696, spans: 16_407 };
  return { phase: 'mark', settings: { policy: 'go1.3' }, heap, results: markResults(cycles, counts), cores: 4, verified: 0, ...changes };
}
