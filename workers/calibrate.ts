/** A worker thread on which sweepgen measures the machine. */
import { runProbe, type ProbeTask } from '../src/model/calibrate/probes.ts';

export default function probe(task: ProbeTask): number {
  return runProbe(task);
}
