/** The generated sections that pages of docs may hold; see markers.ts. */
import type { Command } from 'commander';
import { MONITOR_NAMES } from '../../explore/monitors/catalog.ts';
import { CANARIES, SCENARIOS } from '../../explore/scenarios/catalog.ts';
import type { Scenario } from '../../explore/scenarios/scenario.ts';
import { STRATEGIES } from '../../explore/strategies/catalog.ts';
import { COLLECTORS } from '../../gc/collectors/registry.ts';
import { COSTS, FUNCTION_PARTS } from '../../model/what-if.ts';
import { MUTANTS } from '../../mutants/catalog.ts';
import { BUILT_INS } from '../../workloads/built-ins.ts';
import { GRAPH_NAMES } from '../../workloads/graphs/catalog.ts';
import { IMPORTERS } from '../../workloads/heaps/catalog.ts';
import type { Workload } from '../../workloads/workload.ts';
import { inWords } from '../../base/suggest.ts';
import { plural } from '../../base/units.ts';
import { EXIT_ROWS } from '../help.ts';
import { commandTable } from './command-reference.ts';
import { code, plain, table } from './markdown.ts';
import type { Sections } from './markers.ts';
import { STATISTICS_SECTIONS } from './statistics.ts';

export function sectionsFor(program: Command): Sections {
  return {
    ...STATISTICS_SECTIONS,
    commands: () => commandTable(program),
    'exit-codes': () => table(['exit code', 'meaning'], EXIT_ROWS.map(([exit, meaning]) => [exit, plain(meaning)])),
    workloads: () => workloadTable(BUILT_INS),
    graphs: () => `The graphs are ${inWords(GRAPH_NAMES.map(code))}.`,
    importers: () => table(['format', 'usual extension'], IMPORTERS.map(({ format, extensions }) => [format, extensions.map(code).join(', ')])),
    collectors: () => table(['collector', 'summary'], COLLECTORS.map(({ name, help }) => [code(name), plain(help)])),
    scenarios: () => scenarioTable(SCENARIOS),
    canaries: () => scenarioTable(CANARIES),
    strategies: () => table(['strategy', 'choice of the next thread'], STRATEGIES.map(({ spec, summary }) => [code(spec), plain(summary)])),
    monitors: () => MONITOR_NAMES.map((name) => `- ${code(name)}`).join('\n'),
    mutants: () => table(['mutant', 'effect', 'history'], MUTANTS.map(({ name, breaks, history }) => [code(name), plain(breaks), plain(history)])),
    'what-if-parts': () => table(['part', 'cost'], Object.entries({ ...COSTS, ...FUNCTION_PARTS }).map(([name, { about }]) => [code(name), plain(about)])),
    counts: () => `The catalog has ${[
      plural(SCENARIOS.length, 'scenario'), plural(CANARIES.length, 'canary', 'canaries'), plural(STRATEGIES.length, 'strategy', 'strategies'),
      plural(MONITOR_NAMES.length, 'monitor'), plural(MUTANTS.length, 'mutant'),
    ].join(', ')} and ${plural(BUILT_INS.length, 'workload')}.`,
  };
}

function workloadTable(workloads: readonly Workload[]): string {
  return table(['workload', 'summary', 'parameters for `--set`'], workloads.map(({ name, summary, params }) => [
    code(name),
    plain(summary),
    Object.entries(params).map(([param, { default: value, help }]) => `${code(`${param}=${value}`)} ${plain(help)}`).join('<br>'),
  ]));
}

function scenarioTable(scenarios: readonly Scenario[]): string {
  return table(['scenario', 'summary', 'knobs, the default value first'], scenarios.map(({ name, summary, knobs }) => [
    code(name),
    plain(summary),
    knobs.map((knob) => code(`${knob.name}=${knob.values.join(',')}`)).join(' '),
  ]));
}
