/** From the words of a command line to values; each throws a UsageError that says what would do. */
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { LIMITS } from '../run/options.ts';
import { MAX_PROCS, MIN_ARENA } from '../run/shape.ts';
import type { Policy } from '../run/tuning.ts';
import { COLLECTORS, type CollectorName } from '../gc/collectors/registry.ts';
import { MAX_RATE } from '../malloc/mprof.ts';
import type { Hole } from '../malloc/sys.ts';
import type { GoVersion } from '../report/gctrace.ts';
import { MAX_GCPROC } from '../runtime/world.ts';
import { checkParams } from '../workloads/params.ts';
import type { Params, WorkloadFacts } from '../workloads/workload.ts';
import { hint } from '../base/suggest.ts';

export { MAX_PROCS };
/** As many threads as may mark. */
export const MAX_MARK_THREADS = MAX_GCPROC;
/** What the largest arena is. */
export const ARENA_MOST_HELP = 'most machines can have 2900M';

/** A parser of whole numbers from `min` to `max`; `what` begins its message. */
export function integer(what: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
    if (!(value >= min && value <= max)) throw new UsageError(`${what} must be a whole number from ${min} to ${max}, not '${printable(text)}'`);
    return value;
  };
}

export const parseProcs = integer('--procs', 1, MAX_PROCS);
export const parseRuns = integer('--runs', 1, 1000);
export const parseSeed = integer('--seed', 0, LIMITS.seed);
/** For xorshift, which never leaves 0. */
export const parseDrawSeed = integer('--seed', 1, LIMITS.seed);

const parseMarkThreads = integer('each number in --procs', 1, MAX_MARK_THREADS);

/** "1,2,4" → [1, 2, 4]: ascending, each once. */
export function parseThreadCounts(text: string): number[] {
  const counts = text.split(',').map((part) => parseMarkThreads(part.trim()));
  return [...new Set(counts)].sort((a, b) => a - b);
}

const parsePercent = integer("--gogc, unless it is 'off',", 0, LIMITS.gogc);

const parseEnvPercent = integer("the environment's GOGC, unless it is 'off',", 0, LIMITS.gogc);

export function parseGogc(text: string): number | 'off' {
  return text === 'off' ? 'off' : parsePercent(text);
}

/**
 * The environment's GOGC, as Go's readgogc: 100 without one, and a negative number is off.
 * @throws UsageError for what is no number
 */
export function readgogc(env: Readonly<Record<string, string | undefined>>): number | 'off' {
  const text = env.GOGC ?? '';
  if (text === '') return 100;
  if (/^-\d+$/.test(text)) return 'off';
  return text === 'off' ? 'off' : parseEnvPercent(text);
}

/** A parser of one name of several; it carries the names, for completion. */
export function oneOf<Name extends string>(what: string, names: readonly Name[]): ((text: string) => Name) & { readonly names: readonly Name[] } {
  function parse(text: string): Name {
    const name = names.find((known) => known === text);
    if (name === undefined) throw new UsageError(`${what} must be ${listed(names)}, not '${printable(text)}'`);
    return name;
  }
  return Object.assign(parse, { names });
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`;
}

export const parsePolicy = oneOf<Policy>('--policy', ['go1.3', 'tuned', 'lab']);
/** Beside `--policy <name>`. */
export const POLICY_HELP = 'how to mark: as go1.3 did, tuned for speed, or lab, to experiment with (default: go1.3, or lab with a flag that only that has)';

export type Goarch = 'amd64' | '386';
export const parseGoarch = oneOf<Goarch>('--goarch', ['amd64', '386']);

export type Types = 'none' | 'mtypes' | 'heapbits';
export const parseTypes = oneOf<Types>('--types', ['none', 'mtypes', 'heapbits']);

export const parseCollector = oneOf<CollectorName>('--collector', COLLECTORS.map(({ name }) => name as CollectorName));
/** "parallel (several threads …), bitmap (…) or refword (…)" */
export const COLLECTOR_HELP = COLLECTORS.map(({ name, help }) => `${name}: ${help}`).join('; ');

/** "--gctrace" or "--gctrace=2". */
export function parseGctrace(text: string): 1 | 2 {
  if (text !== '1' && text !== '2') throw new UsageError(`--gctrace takes 1 or 2, not '${printable(text)}'; write --gctrace=1, or put it last`);
  return text === '2' ? 2 : 1;
}

export const parseGctraceForm = oneOf<GoVersion>('--gctrace-form', ['1.3', '1.4']);

export type DebugFlag = 'allocfreetrace' | 'efence' | 'collectstats' | 'checkptr';
const parseDebugFlag = oneOf<DebugFlag>('each name in --godebug', ['allocfreetrace', 'efence', 'collectstats', 'checkptr']);

/** "efence,checkptr" → both. */
export function parseGodebug(text: string): DebugFlag[] {
  return text.split(',').map((name) => parseDebugFlag(name.trim()));
}

export const parseGcEvery = integer('--gc-every', 0, LIMITS.gcEvery);

const SIZE = /^(\d+(?:\.\d+)?)\s*(?:([KMGT])(?:i?B)?|B)?$/i;
const SCALE: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** "64M", "1.5G", "512K" or bytes → bytes; NaN for anything else. */
function bytesOf(text: string): number {
  const match = SIZE.exec(text.trim());
  if (match === null) return NaN;
  return Math.floor(Number(match[1]) * (match[2] === undefined ? 1 : SCALE[match[2].toUpperCase()]));
}

/** "4096", "512K". */
export function parseMemProfileRate(text: string): number {
  const bytes = bytesOf(text);
  if (!(bytes >= 1 && bytes <= MAX_RATE)) throw new UsageError(`--memprofile-rate must be a number of bytes from 1 to 1G, such as 4096 or 512K, not '${printable(text)}'`);
  return bytes;
}

/** "64M", "1.5G", "512K" or bytes. */
export function parseArena(text: string): number {
  const bytes = parseSize(text);
  if (Number.isNaN(bytes)) throw new UsageError(`--arena must be a size such as 64M, 2G or 512K, not '${printable(text)}'`);
  if (bytes < MIN_ARENA) throw new UsageError(`--arena ${printable(text)} is too small: nothing runs in less than 64K`);
  if (bytes > LIMITS.arena) throw new UsageError(`--arena ${printable(text)} is too large: the arena must be smaller than 4G, and ${ARENA_MOST_HELP}`);
  return bytes;
}

/** "16M+1M,40M+512K": what of the arena's range others hold, offset and size of each. */
export function parseHoles(text: string): Hole[] {
  return text.split(',').map((hole) => {
    const [offset, bytes, ...rest] = hole.split('+').map(parseSize);
    if (rest.length > 0 || !(offset >= 0 && bytes > 0)) throw new UsageError(`--arena-holes must be offsets and sizes such as 16M+1M,40M+512K, not '${printable(text)}'`);
    return { offset, bytes };
  });
}

/** Bytes; NaN for what is no size. */
function parseSize(text: string): number {
  const match = SIZE.exec(text.trim());
  return match === null ? NaN : Math.floor(Number(match[1]) * (match[2] === undefined ? 1 : SCALE[match[2].toUpperCase()]));
}

/** "30", "1.5", "90s", "5m" or "1h" → seconds. */
export function parseSeconds(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text);
  const seconds = match === null ? NaN : Number(match[1]) * { '': 1, s: 1, m: 60, h: 3600 }[match[2] as '' | 's' | 'm' | 'h'];
  if (!(seconds > 0 && seconds <= LIMITS.seconds)) {
    throw new UsageError(`--seconds must be a time such as 30, 90s, 5m or 1h, at most 30 days, not '${printable(text)}'`);
  }
  return seconds;
}

/** "1", "0.5", "60": how much faster the machine's clock goes. */
export function parseTimeScale(text: string): number {
  const scale = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(scale <= LIMITS.timeScale)) throw new UsageError(`--time-scale must be a number from 0 to ${LIMITS.timeScale}, not '${printable(text)}'`);
  return scale;
}

export type Setting = readonly [name: string, value: number];

/** Collects `--set name=value`, given any number of times. */
export function collectSetting(text: string, before: readonly Setting[] = []): readonly Setting[] {
  const match = /^([A-Za-z][\w-]*)=(.+)$/.exec(text);
  const value = match === null ? NaN : Number(match[2]);
  if (match === null || !Number.isFinite(value)) throw new UsageError(`--set needs a name and a number, as in --set depth=12, not '${printable(text)}'`);
  return [...before, [match[1], value]];
}

/** All params of the workload: those given with `--set`, and the defaults of the others. */
export function paramsFor(workload: WorkloadFacts, settings: readonly Setting[]): Params {
  const known = Object.keys(workload.params);
  const unknown = settings.find(([name]) => !known.includes(name));
  if (unknown !== undefined && known.length > 0) {
    throw new UsageError(`workload ${workload.name} has no '${printable(unknown[0])}' to --set${hint(unknown[0], known)}`);
  }
  return checkParams(workload, Object.fromEntries(settings));
}
