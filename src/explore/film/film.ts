/**
 * Films an execution: repeats it, and keeps for each access what the report's player shows of it. The thread and
 * the values are in the trace already. Names of words, calls, locks and waits are only known while it runs.
 */
import { wordOf } from '../failures/access.ts';
import { record, type Recording } from '../failures/recording.ts';
import type { Ground } from '../failures/stand.ts';
import { Books } from '../monitors/books.ts';
import { Report } from '../monitors/report.ts';
import type { Setting } from '../scenarios/scenario.ts';
import type { Site } from '../../rewrite/sites.ts';
import { LocksHeld, type LockChange } from './locks-held.ts';
import { CallPaths } from './call-paths.ts';
import { Waits, type WaitChange } from './waits.ts';
import { WordNames } from './word-names.ts';

export interface Film {
  readonly words: WordNames;
  /** By step, a row of `words`. */
  readonly wordAt: readonly number[];
  readonly paths: CallPaths;
  /** By step, a row of `paths`. */
  readonly pathAt: readonly number[];
  readonly locks: readonly LockChange[];
  readonly waits: readonly WaitChange[];
}

/** Runs the execution of `recording` once more, and films it. */
export function film(ground: Ground, setting: Setting, sites: readonly Site[], recording: Recording): Film {
  const { core } = ground;
  const paths = new CallPaths();
  const words = new WordNames();
  const pathAt: number[] = [];
  const wordAt: number[] = [];
  const books = new Books(sites, new Report(core, sites));
  let locks: LocksHeld;
  let waits: Waits;
  record(ground, setting, recording.departures, ({ trace, nameWord }) => {
    function wordNow(at: number): number {
      return words.rowOf(at, nameWord(at));
    }
    locks = new LocksHeld(books, () => trace.length - 1, wordNow);
    waits = new Waits(books.ops, () => trace.length, wordNow);
    const names = {
      access(): void {
        wordAt.push(wordNow(wordOf(trace.at(trace.length - 1))));
        pathAt.push(paths.rowOf(core.$stack()));
      },
    };
    return [books, locks, waits, names];
  });
  return { words, wordAt, paths, pathAt, locks: locks!.changes, waits: waits!.changes };
}
