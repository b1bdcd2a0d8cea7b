/** The flags of `scale --model`. */
import type { Command } from 'commander';
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { MAX_MODEL_THREADS } from '../model/limits.ts';
import { PINS, type Pin } from '../model/placement.ts';
import { COST_NAMES, FUNCTION_PARTS, type Change } from '../model/what-if.ts';
import { integer, oneOf } from './options.ts';

/** A longer range is thinned to its ends and the powers of two between them. */
const ALL = 8;

/** Largest factor of a cost. */
const MOST = 100;

const parseThread = integer('each number in --model', 1, MAX_MODEL_THREADS);
export const parseObjects = integer('--objects', 1, 1 << 26);
export const parseCopies = integer('--copies', 1, 1000);

/** Parses "1,2,16", "1..4" (1 2 3 4) or "1..128" (1 2 4 8 … 128) to ascending numbers. */
export function parseModelThreads(text: string): number[] {
  const counts = text.split(',').flatMap((part) => {
    const [first, last, ...more] = part.split('..').map((end) => parseThread(end.trim()));
    if (last === undefined) return [first];
    if (more.length > 0 || last < first) throw new UsageError(`--model takes numbers of threads such as 1,2,16 or 1..128, not '${printable(text)}'`);
    const all = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    return all.length <= ALL ? all : all.filter((n) => n === first || n === last || Number.isInteger(Math.log2(n)));
  });
  return [...new Set(counts)].sort((a, b) => a - b);
}

/**
 * Parses "handoff=0.5,cas=0.8" to changes in that order. `each=0.5` stays one change; see questionsOf.
 * @throws UsageError for anything but names with factors from 0 to 100
 */
export function parseWhatIf(text: string): Change[] {
  const changes = text.split(',').map((each) => {
    const match = /^\s*([A-Za-z]\w*)=(\d*\.?\d+)\s*$/.exec(each);
    if (match === null) throw new UsageError(`--what-if needs parts and the factors of their costs, as in miss=0.7,cas=0.8, not '${printable(text)}'`);
    const [, part, factor] = match;
    if (Number(factor) > MOST) throw new UsageError(`--what-if ${part}=${factor}: at most ${MOST} times the cost`);
    return { part, factor: Number(factor) };
  });
  const twice = changes.find(({ part }, i) => changes.findIndex((other) => other.part === part) < i);
  if (twice !== undefined) throw new UsageError(`--what-if has ${twice.part} twice; give it one factor`);
  return changes;
}

export interface ModelFlags {
  readonly model?: readonly number[];
  readonly machine?: string;
  readonly pin?: Pin;
  readonly unpadded?: boolean;
  readonly whatIf?: readonly Change[];
  readonly why?: boolean;
}

/** Adds --model and the flags that need it. */
export function addModel(command: Command): void {
  command
    .option('--model <list>', 'predict instead of measuring, for these numbers of threads: 1,2,16 or 1..128', parseModelThreads)
    .option('--machine <name>', 'machine to predict for, or the file that calibrate wrote (default: this one, if calibrated)')
    .option('--pin <places>', 'with --model: places of threads on a machine of several sockets: compact (fill one socket first) or scatter (a core of each in turn; the default)', oneOf<Pin>('--pin', PINS))
    .option('--unpadded', 'with --model: let the counters of the threads share cache lines')
    .option('--what-if <list>', `with --model: multiply parts of the cost, as miss=0.7,cas=0.8; a part is ${[...COST_NAMES, ...Object.keys(FUNCTION_PARTS)].join(', ')}, a function of the mark phase, or each, for every cost in turn`, parseWhatIf)
    .option('--why', 'with --model: explain the largest number of threads by the critical path of the mark and the words that threads contend for');
}
