/** Where what `sweepgen calibrate` found is kept, and how --machine names it. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { reasonOf } from '../base/system-error.ts';
import { MachineModelShape, type MachineModel } from '../drivers/model/machine-model.ts';
import { MACHINES } from '../drivers/model/machines.ts';
import { writeOutput } from '../drivers/output-file.ts';
import type { Deps } from './deps.ts';
import { hint } from './suggest.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** $XDG_CONFIG_HOME/sweepgen/machine.json, by default in ~/.config. */
export function machinePath(env: Env): string {
  const config = env.XDG_CONFIG_HOME ?? '';
  return join(config === '' ? join(homedir(), '.config') : config, 'sweepgen', 'machine.json');
}

/**
 * The machine of that name or file; without one, this machine if it was calibrated, else the
 * first that is known.
 * @throws UsageError for what is neither, and for a file that holds no machine
 */
export function openMachine(env: Env, wanted?: string): MachineModel {
  const own = machinePath(env);
  if (wanted === undefined) return existsSync(own) ? readMachine(own) : MACHINES[0];
  const known = MACHINES.find(({ name }) => name === wanted);
  if (known !== undefined) return known;
  if (/[./\\]/.test(wanted)) return readMachine(wanted);
  const names = MACHINES.map(({ name }) => name);
  throw new UsageError(`there is no machine '${wanted}'${hint(wanted, names)}; known are ${names.join(', ')}, and files that sweepgen calibrate has written`);
}

/**
 * Makes the default folder, and checks that the machine can be written to `path`, or else there.
 * @throws UsageError
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

/** Writes it to `path`, or else to the default place. Returns where. @throws OutputError */
export function saveMachine(env: Env, machine: MachineModel, path?: string): string {
  const target = path ?? machinePath(env);
  if (path === undefined) mkdirSync(dirname(target), { recursive: true });
  writeOutput(target, `${JSON.stringify(machine, null, 2)}\n`);
  return target;
}

function readMachine(path: string): MachineModel {
  const result = MachineModelShape.safeParse(parse(path));
  if (result.success) return result.data;
  const [{ path: at, message }] = result.error.issues;
  throw new UsageError(`${path} holds no machine: ${at.length > 0 ? `${at.join('.')}: ` : ''}${message}`);
}

function parse(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(code === 'ENOENT' ? `there is no file ${path}` : `${path} can't be read: ${message}`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UsageError(`${path} holds no machine: it is no JSON`);
  }
}
