/** The rows of a lane table: the accesses of each thread, step by step, with declared names for the words. */
import type { Site } from '../../rewrite/sites.ts';
import type { Setting } from '../scenarios/scenario.ts';
import { wordOf } from './access.ts';
import type { CriticalPair } from './artefact.ts';
import { isOlder, missedBy } from './older-values.ts';
import { operationOf } from './operation.ts';
import { record, type Recording } from './recording.ts';
import { pairSteps, relevantSteps } from './relevant.ts';
import type { Ground } from './stand.ts';
import { valueText } from './value-text.ts';

export interface Row {
  /** From 1. */
  readonly step: number;
  readonly thread: number;
  /** The access with the word's declared name: `cas span 3 sweepgen 4 → 5`. */
  readonly operation: string;
  /** The word's declared name at that moment. */
  readonly word: string;
  readonly site: Site;
  /** For an access in sync/: the innermost active call outside of it. */
  readonly caller: Site | undefined;
  /** The access is one of a critical pair. */
  readonly critical: boolean;
  /** The thread that was preempted right before this row; -1 if none was. */
  readonly takenFrom: number;
  /** Accesses left out between the row above and this one. */
  readonly elided: number;
}

export interface Lanes {
  /** Names of the threads, one column each. */
  readonly names: readonly string[];
  readonly rows: readonly Row[];
  /** Accesses left out after the last row. */
  readonly elidedAtEnd: number;
}

/** Returns the relevant rows, or all. Runs the execution once more, because a word's name changes with the memory. */
export function lanesOf(ground: Ground, setting: Setting, sites: readonly Site[], recording: Recording, pairs: readonly CriticalPair[], all = false): Lanes {
  const { trace, names } = recording;
  const steps = all ? Array.from({ length: trace.length }, (_, i) => i) : relevantSteps(recording, pairs);
  const wanted = new Set(steps);
  const words = new Map<number, string>();
  const callers = new Map<number, Site | undefined>();
  record(ground, setting, recording.departures, (watched) => [{
    access(_thread, site) {
      const step = watched.trace.length - 1;
      if (!wanted.has(step)) return;
      words.set(step, watched.nameWord(wordOf(watched.trace.at(step))));
      if (isSync(sites[site])) callers.set(step, ground.core.$stack().map((call) => sites[call]).findLast((call) => !isSync(call)));
    },
  }]);
  const critical = new Set(pairSteps(recording, pairs));
  const taken = takenFrom(recording);
  function told(step: number, word: string): string {
    const access = trace.at(step);
    const text = (value: number) => valueText(trace, access, word, value);
    const missed = isOlder(access) ? missedBy(trace, step) : -1;
    if (missed < 0) return operationOf(access, word, text);
    return `load ${word}: saw the older value ${text(access.value)}; ${text(access.old)} was stored at step ${missed + 1} by ${names[trace.threadAt(missed)]}`;
  }
  const rows = steps.map((step, i): Row => {
    const access = trace.at(step);
    const word = words.get(step) ?? `word ${wordOf(access)}`;
    return {
      step: step + 1,
      thread: access.thread,
      operation: told(step, word),
      word,
      site: sites[access.site],
      caller: callers.get(step),
      critical: critical.has(step),
      takenFrom: taken.get(step) ?? -1,
      elided: step - (i === 0 ? 0 : steps[i - 1] + 1),
    };
  });
  return { names, rows, elidedAtEnd: trace.length - ((steps.at(-1) ?? -1) + 1) };
}

function isSync({ file }: Site): boolean {
  return file.startsWith('src/sync/');
}

/** Maps the first access after each preemption to the thread that was preempted. */
export function takenFrom({ stretches, departures, trace }: Recording): Map<number, number> {
  const taken = new Map<number, number>();
  for (const { preemption, start, thread } of stretches) {
    if (preemption < 0) continue;
    const from = departures[preemption].thread;
    if (from >= 0 && from !== thread && start > 0 && trace.threadAt(start - 1) === from) taken.set(start, from);
  }
  return taken;
}
