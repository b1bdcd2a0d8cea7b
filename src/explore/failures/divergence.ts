/** Finds where an execution departs from a recorded one: which thread makes which access at each step. */
import type { Site } from '../../rewrite/sites.ts';
import { unpackTrace, type Artefact } from './artefact.ts';
import type { Recording } from './recording.ts';
import { checkpointsOf, siteKey } from './trace.ts';

/** Returns a sentence about the first difference; '' if the execution follows the recorded one to its end. */
export function divergenceOf(artefact: Artefact, recording: Recording, sites: readonly Site[]): string {
  return artefact.trace === null ? byCheckpoints(artefact, recording, sites) : byTrace(artefact.trace, recording, sites);
}

function byTrace(recorded: string, { trace, names }: Recording, sites: readonly Site[]): string {
  const then = unpackTrace(recorded);
  const keys = sites.map(siteKey);
  const end = Math.max(then.length, trace.length);
  for (let step = 0; step < end; step++) {
    const was = then[step];
    const isThere = step < trace.length;
    if (was !== undefined && isThere && was.thread === trace.threadAt(step) && was.site === keys[trace.siteAt(step)]) continue;
    const before = was === undefined ? 'the execution was over' : `${names[was.thread] ?? `thread ${was.thread}`} at ${was.site}`;
    return `step ${step + 1}: recorded ${before}; now ${isThere ? describe(step) : 'the execution is over'}`;
  }
  return '';

  function describe(step: number): string {
    return `${names[trace.threadAt(step)]} at ${keys[trace.siteAt(step)]}`;
  }
}

function byCheckpoints({ checkpoints, steps }: Artefact, { trace, names }: Recording, sites: readonly Site[]): string {
  const { every, hashes } = checkpoints;
  const now = checkpointsOf(trace, sites, every).hashes;
  const first = hashes.findIndex((hash, i) => hash !== now[i]);
  if (first < 0) return now.length === hashes.length ? '' : `step ${steps + 1}: recorded the end; now it goes on`;
  const from = first * every;
  const to = Math.min(from + every, steps);
  if (from >= trace.length) return `step ${from + 1}: now the execution is over; the recorded one had ${steps} steps`;
  const place = `${names[trace.threadAt(from)]} at ${siteKey(sites[trace.siteAt(from)])}`;
  return `between step ${from + 1} (now ${place}) and step ${to}: recorded other accesses than there are now`;
}
