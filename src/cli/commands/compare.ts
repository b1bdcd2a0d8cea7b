/** `sweepgen compare`: several collectors on the same workloads. */
import type { Command } from 'commander';
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { hint } from '../../base/suggest.ts';
import { comparedOf, type MeasuredWorkload } from '../../report/compare-document.ts';
import { compareTable } from '../../report/compare-table.ts';
import type { MeasuredRun } from '../../report/collector-figures.ts';
import { Stopped } from '../../run/errors.ts';
import { MAX_PROCS, type MachineOptions } from '../../run/machine-options.ts';
import type { Params, WorkloadFacts } from '../../workloads/workload.ts';
import { COMPARED_FLAGS, parseEntries, type CompareEntry } from '../compare-entries.ts';
import type { Deps } from '../deps.ts';
import { findWorkload, paramsFor } from '../find-workload.ts';
import { examples, workloadList } from '../help.ts';
import { checkReport, wantsDocument, writeReport, type ReportFlags } from '../html-report.ts';
import { Interrupted } from '../interruption.ts';
import { runMachine } from '../machine.ts';
import { addMachineFlags, machineOptionsOf } from '../machine-flags.ts';
import { collectSetting, integer, readgogc, type Setting } from '../options.ts';
import { printLines } from '../print-lines.ts';
import { Progress } from '../progress.ts';

interface CompareFlags extends Pick<ReportFlags, 'html' | 'json'> {
  readonly collectors: readonly CompareEntry[];
  readonly workload: readonly string[];
  readonly rounds: number;
  readonly set?: readonly Setting[];
}

/** What each generation of Go had. */
const COLLECTORS = 'refword,bitmap,parallel,concurrent,concurrent:barrier=hybrid:stacks=once';
const WORKLOADS = ['binary-trees', 'links'];

/** A workload with its settled params. */
interface Chosen {
  readonly spec: string;
  readonly workload: WorkloadFacts;
  readonly params: Params;
}

export async function declare(command: Command, deps: Deps): Promise<void> {
  command
    .description('Runs several collectors on the same workloads, by turns, and prints their pauses, the minimum mutator utilization (MMU), the time that the program took, and the growth of the heap.')
    .option('--collectors <list>', 'collectors, joined by commas; each may have options of its own, as concurrent:barrier=hybrid:stacks=once', parseEntries, parseEntries(COLLECTORS))
    .option('--workload <list>', 'workloads, joined by commas', (text) => [...new Set(text.split(','))], WORKLOADS)
    .option('--rounds <n>', 'rounds, in each of which every collector runs every workload once', integer('--rounds', 1, 100), 3)
    .option('--set <name=value>', 'set a number of the workloads that have it; may be repeated', collectSetting);
  const [collectors, workloads] = command.options;
  collectors.defaultValueDescription = COLLECTORS;
  workloads.defaultValueDescription = WORKLOADS.join(',');
  addMachineFlags(command, COMPARED_FLAGS);
  command
    .option('--html <file>', 'write a report with pictures: one HTML file that needs nothing else')
    .option('--json', 'print one JSON document')
    .addHelpText('after', workloadList(await deps.listWorkloads()))
    .addHelpText('after', examples([
      ['sweepgen compare', 'the collectors of 2010 to Go 1.8 on two workloads'],
      ['sweepgen compare --collectors parallel,concurrent --workload churn --rounds 5', 'two of them'],
      ['sweepgen compare --collectors concurrent,concurrent:stacks=once:barrier=hybrid', 'Go 1.5 and Go 1.8'],
      ['sweepgen compare --html compare.html', 'with plots of pauses, utilization and heap'],
    ]))
    .action((flags: CompareFlags) => compare(deps, flags));
}

async function compare(deps: Deps, flags: CompareFlags): Promise<void> {
  const { terminal } = deps;
  checkReport(deps, flags);
  const machine = machineOptionsOf(flags, COMPARED_FLAGS);
  const setting = { procs: machine.procs ?? Math.min(MAX_PROCS, deps.cores), gogc: machine.gogc ?? readgogc(deps.env), seed: machine.seed ?? 1 };
  const chosen = await chooseWorkloads(deps, flags.workload, flags.set ?? []);
  const measured = await measure(deps, chosen, { ...machine, ...setting }, flags);
  const interrupted = deps.signal.aborted;
  const compared = comparedOf(measured, setting.procs);
  let document: string | undefined;
  if (wantsDocument(flags)) {
    const { compareDocument } = await import('../../report/compare-document.ts');
    document = compareDocument({ ...setting, cores: deps.cores, interrupted }, compared);
  }
  if (flags.json) terminal.out(`${document}\n`);
  else printLines(terminal.out, compared.flatMap((each, i) => [...(i === 0 ? [] : ['']), ...compareTable(each, terminal.outWidth)]));
  await writeReport(deps, flags, 'compare', document);
  if (interrupted) throw new Interrupted();
}

/** @throws UsageError for an unknown workload, and for a number that none of them has */
async function chooseWorkloads(deps: Deps, specs: readonly string[], settings: readonly Setting[]): Promise<Chosen[]> {
  const found = await Promise.all(specs.map(async (spec) => ({ spec, workload: await findWorkload(deps, spec) })));
  const known = found.flatMap(({ workload }) => Object.keys(workload.params));
  const unknown = settings.find(([name]) => !known.includes(name));
  if (unknown !== undefined) throw new UsageError(`none of the workloads has '${printable(unknown[0])}' to --set${hint(unknown[0], known)}`);
  return found.map(({ spec, workload }) => ({ spec, workload, params: paramsFor(workload, settings.filter(([name]) => name in workload.params)) }));
}

/** Runs every collector on every workload by turns, so that a slow period of the machine affects all alike. Ends early if the command is interrupted. */
async function measure(deps: Deps, chosen: readonly Chosen[], common: MachineOptions, { collectors, rounds }: CompareFlags): Promise<MeasuredWorkload[]> {
  const runs = chosen.map(() => collectors.map((): MeasuredRun[] => []));
  const progress = new Progress(deps.terminal);
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [w, { spec, workload, params }] of chosen.entries()) {
        for (const [c, { label, collector, options }] of collectors.entries()) {
          progress.show(`round ${round + 1} of ${rounds}: ${printable(workload.name)} with ${printable(label)}`);
          const { cycles, startedNs, elapsedNs, memstats } = await runMachine(deps, { ...common, ...options, collector, workload: spec, params });
          runs[w][c].push({ cycles, startedNs, elapsedNs, memstats: { Mallocs: memstats.Mallocs } });
        }
      }
    }
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  } finally {
    progress.clear();
  }
  return chosen.map(({ workload, params }, w) => ({
    name: workload.name, params,
    collectors: collectors.map(({ label, options }, c) => ({ collector: label, options: { ...options }, runs: runs[w][c] })),
  }));
}
