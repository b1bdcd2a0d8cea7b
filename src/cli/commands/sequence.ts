/** `sweepgen sequence`: allocations for which the statistics of the real runtimes are known. */
import type { Command } from 'commander';
import { plural } from '../../base/units.ts';
import type { Deps } from '../deps.ts';
import { examples } from '../help.ts';
import { runMachine } from '../machine.ts';
import type { MachineOptions } from '../../run/machine-options.ts';
import { paramsFor } from '../find-workload.ts';
import { addMachineFlags } from '../machine-flags.ts';
import { integer, parseDrawSeed } from '../options.ts';
import { Progress } from '../progress.ts';

interface SequenceFlags {
  readonly seed: number;
  readonly count: number;
  readonly max: number;
  readonly types: NonNullable<MachineOptions['types']>;
  readonly json?: boolean;
}

export function declare(command: Command, deps: Deps): void {
  command
    .description('Allocates a random sequence on one P, drops three quarters of it, and prints the statistics that Go 1.3 reports.')
    .option('--seed <n>', 'seed of the sequence', parseDrawSeed, 12345)
    .option('--count <n>', 'number of allocations', integer('--count', 1, 100_000_000), 20_000)
    .option('--max <bytes>', 'largest size in bytes', integer('--max', 1, 2 ** 20), 2048);
  addMachineFlags(command, ['types'], { types: { help: "the collector's source of which words are pointers: none, as in Go 1.4; or mtypes, whose records are objects themselves, as in Go 1.3" } });
  command
    .option('--json', 'print one JSON document')
    .addHelpText('after', examples([['sweepgen sequence --seed 12345 --count 20000 --max 2048', 'the sequence that docs compare with the real runtimes']]))
    .action((flags: SequenceFlags) => sequence(deps, flags));
}

async function sequence(deps: Deps, { seed, count, max, types, json }: SequenceFlags): Promise<void> {
  const workload = await deps.loadWorkload('sequence');
  const params = paramsFor(workload, [['seed', seed], ['count', count], ['max', max]]);
  const progress = new Progress(deps.terminal);
  progress.show(`allocating ${plural(count, 'object')}`);
  const { lines, memstats } = await runMachine(deps, { workload: workload.name, params, procs: 1, gogc: 'off', types }).finally(() => progress.clear());
  if (json) {
    const { sequenceDocument } = await import('../sequence-document.ts');
    deps.terminal.out(`${sequenceDocument({ seed, count, max, types, lines, memstats })}\n`);
    return;
  }
  for (const line of lines) deps.terminal.out(`${line}\n`);
}
