/** The options of a machine: one table of what each may be, for the library and for the command line. */
import { z } from 'zod';
import { UsageError } from '../base/fatal.ts';
import { shown } from '../base/printable.ts';
import { hint } from '../base/suggest.ts';
import { DEBUG, TYPES } from '../memory/config.ts';
import { G_INTS } from '../machine/g.ts';
import { MAX_RATE } from '../malloc/mprof.ts';
import { COLLECTOR } from '../gc/collectors/registry.ts';
import { POLICY } from '../gc/policy.ts';
import { checkImage, type HeapImage } from '../workloads/heaps/image.ts';
import type { RuntimeOptions } from './api.ts';
import { GOARCH, MAX_PROCS, MIN_ARENA } from './shape.ts';
import { TUNING, type Tunable } from './tuning.ts';

/** The largest value of each number that has one. */
export const LIMITS = {
  gogc: 100_000,
  seed: 2 ** 32 - 1,
  gcEvery: 1_000_000,
  /** Bytes: offsets in the machine's memory have 32 bits. */
  arena: 4 * 2 ** 30 - 1,
  timeScale: 1_000_000,
  /** A month. */
  seconds: 30 * 24 * 3600,
} as const;

const Schema = z.strictObject({
  workload: z.string({ error: "must be a workload's name, or the path or file URL of a module" }).min(1, { error: 'must not be empty' }),
  params: z.record(z.string(), z.unknown(), { error: "must be an object of the workload's numbers by name" }).optional(),
  args: z.array(z.number({ error: 'must be a number' }), { error: 'must be a list of numbers' }).max(G_INTS, { error: `must be at most ${G_INTS} numbers` }).optional(),
  heap: z.custom<HeapImage>(isHeapImage, { error: 'must be a heap, as openHeapFile gives it' }).optional(),
  takesHeap: flag(),
  heapdump: z.string({ error: 'must be the path of a file' }).min(1, { error: 'must not be empty' }).optional(),
  procs: whole(1, MAX_PROCS).optional(),
  gogc: z.custom<number | 'off'>((value) => value === 'off' || whole(0, LIMITS.gogc).safeParse(value).success, { error: `must be 'off' or a whole number of percent from 0 to ${LIMITS.gogc}` }).optional(),
  arena: number(MIN_ARENA, LIMITS.arena, 'bytes').optional(),
  osHoles: z.array(z.object({ offset: number(0, LIMITS.arena, 'bytes'), bytes: number(1, LIMITS.arena, 'bytes') }, { error: 'must be { offset, bytes }' }), { error: 'must be a list of { offset, bytes }' }).optional(),
  seed: whole(0, LIMITS.seed).optional(),
  gcEvery: whole(0, LIMITS.gcEvery).optional(),
  verify: flag(),
  policy: word(POLICY).optional(),
  tuning: z.strictObject(Object.fromEntries(Object.entries(TUNING).map(([name, tunable]) => [name, tunableValue(tunable).optional()])), { error: 'must be an object of numbers and words by name' }).optional(),
  goarch: word(GOARCH).optional(),
  types: word(TYPES).optional(),
  collector: word(COLLECTOR).optional(),
  debug: z.array(word(DEBUG), { error: `must be a list of ${listed(Object.keys(DEBUG))}` }).optional(),
  gctrace: z.literal([1, 2], { error: 'must be 1 or 2' }).optional(),
  timeScale: number(0, LIMITS.timeScale).optional(),
  memprofileRate: number(0, MAX_RATE, 'bytes').optional(),
  onCycle: callback(),
  onScavenge: callback(),
  onTrace: callback(),
  onTick: callback(),
  hangSeconds: number(0, LIMITS.seconds, 'seconds').gt(0, { error: 'must be more than 0 seconds' }).optional(),
  signal: z.custom<AbortSignal>(isSignal, { error: 'must be an AbortSignal' }).optional(),
} satisfies Readonly<Record<keyof RuntimeOptions, z.ZodType>>);

/**
 * Checks every option, and copies them, so that later changes by the caller change nothing.
 * @throws UsageError for the first that is unknown or can't be, HeapFormatError for a heap that is none
 */
export function checkOptions(given: unknown): RuntimeOptions {
  const result = Schema.safeParse(given);
  if (!result.success) throw new UsageError(`startRuntime: ${problemOf(result.error.issues[0], given)}`);
  const options = result.data as RuntimeOptions;
  if (options.heap !== undefined) checkImage(options.heap);
  return options;
}

/** "seed must be a whole number from 0 to 4294967295, not 'x'" */
function problemOf(issue: z.core.$ZodIssue, given: unknown): string {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') return unknownName(path, issue.keys[0]);
  if (path === '') return `the options must be an object, not ${shown(given)}`;
  const value = issue.path.reduce<unknown>((whole, key) => (whole as Readonly<Record<PropertyKey, unknown>>)[key], given);
  return value === undefined ? `${path} is missing: it ${issue.message}` : `${path} ${issue.message}, not ${shown(value)}`;
}

function unknownName(path: string, name: string): string {
  const known = Object.keys(path === 'tuning' ? TUNING : Schema.shape);
  return `there is no option ${shown(path === '' ? name : `${path}.${name}`)}${hint(name, known)}`;
}

function whole(min: number, max: number): z.ZodNumber {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

function number(min: number, max: number, unit = ''): z.ZodNumber {
  const error = `must be ${unit === '' ? 'a number' : unit} from ${min} to ${max}`;
  return z.number({ error }).min(min, { error }).max(max, { error });
}

/** One of the names of `words`. */
function word(words: Readonly<Record<string, number>>): z.ZodType {
  const names = Object.keys(words);
  return z.enum(names as [string, ...string[]], { error: `must be ${listed(names)}` });
}

function tunableValue(tunable: Tunable): z.ZodType {
  return 'words' in tunable ? word(tunable.words) : whole(tunable.min, tunable.max);
}

function flag(): z.ZodOptional {
  return z.boolean({ error: 'must be true or false' }).optional();
}

function callback(): z.ZodOptional {
  return z.custom<unknown>((value) => typeof value === 'function', { error: 'must be a function' }).optional();
}

function isHeapImage(value: unknown): boolean {
  const { name, objects, edges, sizes, firstEdge, targets, roots } = Object(value) as Partial<HeapImage>;
  return typeof name === 'string' && Number.isSafeInteger(objects) && Number.isSafeInteger(edges) &&
    [sizes, firstEdge, targets, roots].every((list) => ArrayBuffer.isView(list));
}

/** By what it does: one of another realm, as test runners have them, is as good. */
function isSignal(value: unknown): boolean {
  const { aborted, addEventListener } = Object(value) as Partial<AbortSignal>;
  return typeof aborted === 'boolean' && typeof addEventListener === 'function';
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`;
}
