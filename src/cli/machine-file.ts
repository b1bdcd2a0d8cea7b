/** The file that holds the result of `sweepgen calibrate`, and the machines that --machine names. */
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { reasonOf } from '../base/system-error.ts';
import { differenceOf, thisHost } from '../model/host.ts';
import { checkMachine, type Host, type MachineModel } from '../model/machine-model.ts';
import { MACHINES } from '../model/machines.ts';
import { writeOutput } from '../run/output-file.ts';
import type { Deps } from './deps.ts';
import { readText } from './read-text.ts';
import { hint } from '../base/suggest.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Returns $XDG_CONFIG_HOME/sweepgen/machine.json; without that variable, the file in ~/.config. */
export function machinePath(env: Env): string {
  const config = env.XDG_CONFIG_HOME ?? '';
  return join(config === '' ? join(homedir(), '.config') : config, 'sweepgen', 'machine.json');
}

/** A machine to predict for. */
export interface OpenedMachine {
  readonly machine: MachineModel;
  /** A sentence on how it differs from the machine that this process runs on; undefined if it does not. */
  readonly warning: string | undefined;
}

/**
 * Returns the machine of that name or file. Without one, returns this machine if it was calibrated,
 * else the first known machine.
 * @throws UsageError for an unknown name, and for a file that holds no machine
 */
export function openMachine(env: Env, wanted?: string, here: Host = thisHost()): OpenedMachine {
  const machine = findMachine(env, wanted);
  return { machine, warning: warningOf(machine, wanted, here) };
}

function warningOf({ name, host }: MachineModel, wanted: string | undefined, here: Host): string | undefined {
  const called = printable(name);
  if (MACHINES.some((known) => known.name === name && known.host === host)) {
    const reason = wanted === undefined ? 'this machine was not calibrated' : 'it is a known machine';
    return `the prediction is for ${called}, not for this machine (${here.cpu}): ${reason}; sweepgen calibrate measures this one`;
  }
  if (host === undefined) return `${called} may be another machine than this one: its file does not say where it was measured; sweepgen calibrate measures this one`;
  const difference = differenceOf(host, here);
  return difference === undefined ? undefined : `${called} was measured with ${printable(difference, 300)}; sweepgen calibrate measures this machine`;
}

function findMachine(env: Env, wanted: string | undefined): MachineModel {
  const own = machinePath(env);
  if (wanted === undefined) return existsSync(own) ? readMachine(own) : MACHINES[0];
  const known = MACHINES.find(({ name }) => name === wanted);
  if (known !== undefined) return known;
  if (/[./\\]/.test(wanted)) return readMachine(wanted);
  const names = MACHINES.map(({ name }) => name);
  throw new UsageError(`there is no machine '${printable(wanted)}'${hint(wanted, names)}; known are ${names.join(', ')}, and files that sweepgen calibrate has written`);
}

/**
 * Checks that a machine can be written to `path`, or without a path to the default file, whose folder
 * is made.
 * @throws UsageError if it can't
 */
export function checkMachinePath({ env, checkWritable }: Pick<Deps, 'env' | 'checkWritable'>, path?: string): void {
  const target = path ?? machinePath(env);
  if (path === undefined) {
    try {
      mkdirSync(dirname(target), { recursive: true });
    } catch (error) {
      throw new UsageError(`the folder ${printable(dirname(target))} can't be made: ${reasonOf(error)}; name a file with --out`);
    }
  }
  checkWritable(target);
}

/** Writes the machine to `path` or to the default file. Returns the path. @throws OutputError */
export function saveMachine(env: Env, machine: MachineModel, path?: string): string {
  const target = path ?? machinePath(env);
  if (path === undefined) mkdirSync(dirname(target), { recursive: true });
  writeOutput(target, `${JSON.stringify(machine, null, 2)}\n`);
  return target;
}

/** Largest file that is read; a machine takes 2 KB. */
const MOST_BYTES = 2 ** 20;

function readMachine(path: string): MachineModel {
  const machine = checkMachine(parseJson(path, readText(path, MOST_BYTES)));
  if (typeof machine === 'string') throw new UsageError(`${printable(path)} holds no machine: ${printable(machine)}`);
  return machine;
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UsageError(`${printable(path)} holds no machine: it is no JSON`);
  }
}
