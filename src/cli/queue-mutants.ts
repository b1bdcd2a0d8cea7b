/** `mutants --queue`: searches on the workers of a queue. */
import type { KillTask, Search } from '../explore/campaigns/mutants.ts';
import { readSearchResult, searchJob, type SearchSpec } from '../explore/campaigns/search-job.ts';
import type { KnownBug } from '../mutants/known-bug.ts';
import type { WorkerFacts } from '../queue/queue.ts';
import { spread } from '../queue/spread.ts';
import type { Deps } from './deps.ts';
import type { LedQueue } from './led-queue.ts';
import type { Searched } from './mutants-report.ts';

export interface SpreadSearches {
  readonly wanted: readonly KnownBug[];
  readonly search: Omit<KillTask, 'mutant'>;
  /** Called when all searches for a mutant have ended. */
  readonly onSearched: (searched: Searched) => void;
  readonly onWorkers: (workers: readonly WorkerFacts[]) => void;
  /** Shows a line above the progress. */
  readonly say: (text: string) => void;
}

/** The searches for one mutant. */
interface Hunt {
  readonly mutant: KnownBug;
  /** By number of the seed. */
  readonly searches: Search[];
  /** Searches that have not ended. */
  left: number;
  /** Why a search has no result; '' if none has failed. */
  lost: string;
}

/** Searches for all mutants, or until the signal. */
export async function spreadSearches({ now, signal }: Deps, queue: LedQueue, { wanted, search, onSearched, onWorkers, say }: SpreadSearches): Promise<void> {
  const { seeds, ...limits } = search;
  const hunts = wanted.map((mutant): Hunt => ({ mutant, searches: [], left: seeds.length, lost: '' }));
  const all = hunts.flatMap((hunt) => seeds.map((_, i) => ({ hunt, i })))[Symbol.iterator]();
  const specOf = (hunt: Hunt, i: number): SearchSpec => ({ ...limits, monitors: [...limits.monitors], build: queue.build, mutant: hunt.mutant.name, seed: seeds[i] });
  await queue.expectWorkers();
  await spread<{ readonly hunt: Hunt; readonly i: number }>({
    lead: queue.lead, signal, now,
    graceMs: 0,
    isOver: () => false,
    next() {
      const { value, done } = all.next();
      return done ? undefined : { ...searchJob(specOf(value.hunt, value.i)), matter: value };
    },
    take({ hunt, i }, outcome) {
      try {
        if ('poison' in outcome) throw new Error(outcome.poison);
        hunt.searches[i] = readSearchResult(outcome.result, specOf(hunt, i));
      } catch (error) {
        hunt.lost = (error as Error).message;
      }
      if (--hunt.left === 0) onSearched(searchedOf(hunt));
    },
    onWorkers,
    onTrouble: queue.troubleTo(say),
  });
}

function searchedOf({ mutant, searches, lost }: Hunt): Searched {
  return { mutant, kill: lost === '' ? { mutant: mutant.name, searches } : null, lost };
}
