/** Runs a scenario in every way, and collects how its executions end. For small programs, such as litmus tests. */
import { Explorer } from './scheduler.ts';
import type { LoadedScenario } from './load-scenario.ts';
import { settingOf } from './scenarios/scenario.ts';
import { makeStrategy } from './strategies/catalog.ts';
import type { Memory } from './weak/memory.ts';

export interface Outcomes {
  /** How executions ended, each once, as JSON: what the threads returned, or the verdict if it is not 'ok'. */
  readonly ends: ReadonlySet<string>;
  readonly executions: number;
  /** The search was over before the limit on executions. */
  readonly isComplete: boolean;
}

/**
 * Returns how the executions of `loaded` end under `memory`, in every interleaving and with every value of each load.
 * @param loaded with the hooked variant of its core, unless memory is 'sc'
 * @param most executions after which the search gives up
 */
export function outcomesOf({ core, scenario }: LoadedScenario, memory: Memory, most = 1_000_000, strategy = 'dfs:1000'): Outcomes {
  const prepared = scenario.prepare(core, settingOf(scenario), () => ({ forget() {}, check: () => ({ problems: [] }) }));
  const search = makeStrategy(strategy);
  const explorer = new Explorer({ core, ...prepared, strategy: search, memory });
  const ends = new Set<string>();
  let executions = 0;
  for (; executions < most && search.exhausted !== true; executions++) {
    const { verdict, results, detail } = explorer.run(executions);
    ends.add(JSON.stringify(verdict === 'ok' ? results : [verdict, detail]));
  }
  return { ends, executions, isComplete: search.exhausted === true };
}
