/** `sweepgen calibrate`: measures this machine, for `scale --model`. */
import type { Command } from 'commander';
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { MAX_NAME_LENGTH, type MachineModel } from '../../model/machine-model.ts';
import { formatFacts } from '../../report/table.ts';
import { formatBytes, formatNs, formatNumber, plural } from '../../base/units.ts';
import type { Deps } from '../deps.ts';
import { examples } from '../help.ts';
import { checkMachinePath, machinePath, saveMachine } from '../machine-file.ts';
import { Progress } from '../progress.ts';

interface CalibrateFlags {
  readonly out?: string;
  readonly name: string;
  readonly json?: boolean;
}

export function declare(command: Command, deps: Deps): void {
  command
    .description('Reads sockets, cores and caches from the system, measures cache lines, atomics, futexes and the mark loop on worker threads, and writes a model of this machine. Takes two to three minutes, during which no other program should run.')
    .option('--out <file>', 'file to write (default: sweepgen/machine.json in the configuration folder)')
    .option('--name <name>', 'name of the machine', parseName, 'here')
    .option('--json', 'print one JSON document')
    .addHelpText('after', examples([
      ['sweepgen calibrate', 'the default machine of scale --model'],
      ['sweepgen calibrate --out lab.json --name lab', 'a file for scale --model --machine ./lab.json'],
    ]))
    .action((flags: CalibrateFlags) => runCalibrate(deps, flags));
}

async function runCalibrate(deps: Deps, flags: CalibrateFlags): Promise<void> {
  checkMachinePath(deps, flags.out);
  const progress = new Progress(deps.terminal);
  const { calibrate } = await import('../../model/calibrate/calibrate.ts');
  const { machine } = await calibrate({ name: flags.name, onStep: (step) => progress.show(step), signal: deps.signal, isStopped: deps.isInterrupted }).finally(() => progress.clear());
  const path = saveMachine(deps.env, machine, flags.out);
  if (flags.json) {
    const { calibrateDocument } = await import('../calibrate-document.ts');
    deps.terminal.out(`${calibrateDocument(path, machine)}\n`);
    return;
  }
  deps.terminal.out(`${[...describeMachine(machine), '', `Written to ${path === machinePath(deps.env) ? 'your configuration' : printable(path)}.`].join('\n')}\n`);
}

function parseName(text: string): string {
  if (text.trim() === '' || text.length > MAX_NAME_LENGTH) throw new UsageError(`--name takes 1 to ${MAX_NAME_LENGTH} characters, not '${printable(text, 40)}'`);
  return text;
}

/** Formats a time of a few nanoseconds. */
function short(ns: number): string {
  return `${formatNumber(ns)} ns`;
}

/** Returns the rows about sockets, cores and hyper-threads. */
function describeTopology({ cores, topology }: MachineModel): [string, string][] {
  if (topology === undefined) return [];
  const { sockets, threadsPerCore, link } = topology;
  const counts = [plural(sockets, 'socket'), plural(cores, 'core'), `${plural(threadsPerCore, 'thread')} a core`].join(', ');
  const between = link === undefined ? [] : [['line from another socket', `${short(link.transferNs)}; its memory takes ${short(link.missNs)} more`] as [string, string]];
  return [['machine', counts], ...between];
}

/** Returns the rows about the third cache and the translations of addresses. */
function describeMemory({ topology }: MachineModel): [string, string][] {
  const { l3, tlb } = topology ?? {};
  return [
    ...(l3 === undefined ? [] : [['third cache', `${formatBytes(l3.bytes)}, ${short(l3.ns)}`] as [string, string]]),
    ...(tlb === undefined ? [] : [['translations', `${formatBytes(tlb.second * tlb.pageBytes)}, beyond that ${short(tlb.walkNs)} more`] as [string, string]]),
  ];
}

/** Returns the lines that describe a machine model. */
export function describeMachine(machine: MachineModel): string[] {
  return [printable(machine.about, 300), '', ...formatFacts([
    ...describeTopology(machine),
    ['access, line at hand', `${short(machine.accessNs)}, tuned ${short(machine.tunedAccessNs)}`],
    ['first cache', `${formatBytes(machine.l1.bytes)}, ${short(machine.l1.ns)}`],
    ['second cache', `${formatBytes(machine.l2.bytes)}, ${short(machine.l2.ns)} more`],
    ...describeMemory(machine),
    ...machine.miss.map(({ bytes, ns }) => [`miss in ${formatBytes(bytes)}`, formatNs(ns)] as const),
    ['misses at a time', `${machine.lines}, with ${formatNs(machine.windowNs)} of computing ahead`],
    ['next line in order', short(machine.streamNs)],
    ['branch guessed wrongly', short(machine.mispredictNs)],
    ['line from another core', short(machine.transferNs)],
    ['atomic load, store', `${short(machine.atomicLoadNs)}, ${short(machine.atomicStoreNs)}`],
    ['compare-exchange', short(machine.rmwNs)],
    ['to wake another thread', `${formatNs(machine.notifyNs)}; it goes on after ${formatNs(machine.wakeNs)}`],
    ['shortest sleep', formatNs(machine.sleepNs)],
  ])];
}
