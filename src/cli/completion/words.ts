/** Words that complete arguments and options whose values are names. */
import { MONITOR_NAMES } from '../../explore/monitors/catalog.ts';
import { MUTANTS } from '../../mutants/catalog.ts';
import { CANARIES, SCENARIOS } from '../../explore/scenarios/catalog.ts';
import { STRATEGIES } from '../../explore/strategies/catalog.ts';
import { MACHINES } from '../../model/machines.ts';
import { GRAPH_NAMES } from '../../workloads/graphs/catalog.ts';
import type { WordsFor } from '../declarations.ts';
import type { Deps } from '../deps.ts';
import { SHELLS } from './shells.ts';

/** Returns the words by the name of option or argument. @param commands names of the commands */
export async function wordsOf({ listWorkloads }: Pick<Deps, 'listWorkloads'>, commands: readonly string[]): Promise<WordsFor> {
  const names = (items: readonly { readonly name: string }[]) => items.map(({ name }) => name);
  const words: Readonly<Record<string, readonly string[]>> = {
    workload: names(await listWorkloads()),
    heap: ['self', ...GRAPH_NAMES],
    scenario: names([...SCENARIOS, ...CANARIES]),
    scenarios: names([...SCENARIOS, ...CANARIES]),
    mutants: names(MUTANTS),
    mutant: names(MUTANTS),
    strategy: STRATEGIES.map(({ spec }) => spec).filter((spec) => /^[\w.:-]+$/.test(spec)),
    monitors: [...MONITOR_NAMES, 'all', 'none'],
    machine: names(MACHINES),
    command: commands,
    shell: SHELLS,
  };
  // `run --heap` takes a file, not a graph.
  return (command, name) => (command === 'run' && name === 'heap' ? undefined : words[name]);
}
