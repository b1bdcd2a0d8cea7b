/**
 * The options of a machine, declared once. From an entry of this table come the option of the
 * library with its comment (api.ts), its validation (options.ts), the flag of the command line
 * with help, completion and man page (cli/machine-flags.ts), and the word of the machine's memory
 * (shape.ts). A new option takes an entry here, or in concurrent-options.ts, and a line in OPTION_WORDS of memory/config.ts if
 * the machine itself reads it.
 */
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { DEBUG, TYPES, type OptionWord } from '../memory/config.ts';
import { G_INTS } from '../machine/g.ts';
import { MAX_RATE } from '../malloc/mprof.ts';
import type { Scavenge } from '../malloc/scavenge-log.ts';
import type { Hole } from '../malloc/sys.ts';
import { COLLECTOR, COLLECTORS } from '../gc/collectors/registry.ts';
import type { Cycle } from '../gc/cycle-log.ts';
import { POLICY, POLICY_CHARACTER } from '../gc/policy.ts';
import type { HeapImage } from '../workloads/heaps/image.ts';
import { CONCURRENT_OPTIONS } from './concurrent-options.ts';
import type { HeapRecorder } from './heap-recorder.ts';
import { LIMITS, bool, callback, custom, duration, either, fieldsOf, listOf, namesOf, number, objectOf, oneOf, oneOfTwo, parseSize, recordOf, text, whole, type Kind, type TextKind } from './kinds.ts';
import { library, machine, type LibraryOption } from './machine-option.ts';
import type { Progress } from './progress.ts';
import { TUNING_NAMES, tunableKind, type MachineTuning } from './tuning.ts';

export const MAX_PROCS = 64;
/** Bytes of the smallest arena. */
export const MIN_ARENA = 64 << 10;
/** The machines, by the 32-bit words of a pointer. */
export const GOARCH = { amd64: 2, '386': 1 } as const;

const ARENA_HELP = 'most machines can have 6500M, and 2900M with --goarch 386';

export const MACHINE_OPTIONS = {
  /** The workload's params by name; the others have their defaults. */
  params: library(recordOf<number>("an object of the workload's numbers by name")),
  /** First ints of the main goroutine, in place of those that the workload makes of its params. */
  args: library(listOf(custom<number>('a number', (value) => typeof value === 'number' && !Number.isNaN(value)), 'a list of numbers', G_INTS)),
  /** A heap from outside, loaded before the workload starts; `workload` is then usually `collect`. */
  heap: library(custom<HeapImage>('a heap, as openHeapFile gives it', isHeapImage)),
  /** Free the arrays of `heap` as soon as it is loaded. They are empty then, so only this machine can have it. */
  takesHeap: library(bool),
  /** File to which the heap is dumped at the end, in the format of Go 1.4; in gzip if its name ends with .gz. */
  heapdump: machine({
    flag: '--heapdump <file>',
    kind: text('the path of a file'),
    help: 'dump the heap at the end, in the format of Go 1.4; in gzip if the name ends with .gz',
  }),
  /** Number of Ps, each on its own worker thread; 1 to 64. Default: the number of cores. */
  procs: machine({
    flag: '--procs <n>',
    kind: whole(1, MAX_PROCS),
    help: `number of Ps, each on its own thread, 1 to ${MAX_PROCS} (default: the number of cores)`,
  }),
  /** GOGC in percent; 'off' leaves only forced collections. Default: 100. */
  gogc: machine({
    flag: '--gogc <percent>',
    kind: percentOrOff(),
    help: "growth of the heap that starts a collection, or 'off' (default: the environment's GOGC, or 100)",
  }),
  /** Bytes of the arena. Default: the size that the workload asks for. */
  arena: machine({
    flag: '--arena <size>',
    kind: { ...number(MIN_ARENA, LIMITS.arena, 'bytes'), parse: parseArena },
    help: `size of the arena, as 64M, 2G or 512K; ${ARENA_HELP} (default: the size that the workload needs)`,
  }),
  /** The mark loop: Go 1.3's (the default), the faster one, or the configurable one (the default if `tuning` needs it). */
  policy: machine({
    flag: '--policy <name>',
    kind: oneOf(POLICY),
    help: `mark loop: ${either(Object.entries(POLICY_CHARACTER).map(([name, character]) => `${name} (${character})`))} (default: go1.3, or lab with a flag that only lab has)`,
    word: 'policy',
  }),
  /** The machine: 64-bit (the default), or 32-bit, where any integer may look like a pointer. */
  goarch: machine({
    flag: '--goarch <name>',
    kind: oneOf(GOARCH),
    help: 'machine: amd64, or 386 with pointers of 32 bits',
    default: 'amd64',
  }),
  /** Parts of the 32-bit machine's arena range that belong to others, so that the heap can't have them; bytes. */
  osHoles: machine({
    flag: '--arena-holes <list>',
    kind: { ...listOf<Hole>(objectOf<Hole>({ offset: number(0, LIMITS.arena, 'bytes'), bytes: number(1, LIMITS.arena, 'bytes') }, '{ offset, bytes }'), 'a list of { offset, bytes }'), parse: parseHoles },
    help: "with --goarch 386: parts of the arena's range that belong to others, as 16M+1M,40M+512K",
  }),
  /** The collector's source of which words are pointers: none (the default), MTypes of spans, or a bit for each word. */
  types: machine({
    flag: '--types <where>',
    kind: oneOf(TYPES),
    help: "the collector's source of which words are pointers: none (any word may be one), mtypes of spans, or heapbits",
    default: 'none',
    word: 'types',
  }),
  /** The collector; see docs/older-collectors.md. Default: parallel. */
  collector: machine({
    flag: '--collector <name>',
    kind: oneOf(COLLECTOR),
    help: `collector; ${COLLECTORS.map(({ name, help }) => `${name}: ${help}`).join('; ')}`,
    default: 'parallel',
    word: 'collector',
  }),
  ...CONCURRENT_OPTIONS,
  /** Debug modes, by the names that Go's GODEBUG has for them. */
  debug: machine({
    flag: '--godebug <flags>',
    kind: namesOf(DEBUG),
    help: `debug modes of Go's GODEBUG, joined by commas: ${Object.keys(DEBUG).join(', ')}`,
    word: 'debug',
  }),
  /** Besides the collections that GOGC asks for, one about every so many steps of the workload; 0: none. */
  gcEvery: machine({
    flag: '--gc-every <n>',
    kind: whole(0, LIMITS.gcEvery),
    help: 'also collect at random, about every n steps of the workload; 0: only by --gogc',
    default: 0,
    word: 'gcEvery',
  }),
  /** Seconds without any progress after which the machine counts as hung. Default: 20. */
  hangSeconds: machine({
    flag: '--hang-seconds <n>',
    kind: duration,
    help: 'seconds without any progress after which the machine counts as hung (default: 20)',
  }),
  /** Seed of every random number. Default: 1. */
  seed: machine({
    flag: '--seed <n>',
    kind: whole(0, LIMITS.seed),
    help: 'seed of every random number',
    default: 1,
    word: 'seed',
  }),
  /** Stop at each checkpoint of each collection and check the heap against an independent oracle. */
  verify: machine({
    flag: '--verify',
    kind: bool,
    help: 'check the whole heap with the oracle at each collection',
    word: 'verify',
  }),
  /** As GODEBUG=gctrace: 2 collects twice each time. Every collection is logged with 1 as without. */
  gctrace: machine({
    flag: '--gctrace [level]',
    kind: { ...custom<1 | 2>('1 or 2', (value) => value === 1 || value === 2), parse: parseGctrace },
    help: 'print a line for each collection on stderr, as Go does (with an older collector, the Go of its time); 2: collect twice each time',
    word: 'gctrace',
  }),
  /** Seconds of the machine's clock in a real second. The machine collects and gives memory back by that clock; 0 stops it. Default: 1. */
  timeScale: machine({
    flag: '--time-scale <x>',
    kind: number(0, LIMITS.timeScale),
    help: "seconds of the machine's clock in a real one: it collects after 2 minutes without a collection, and gives memory back after 5 (default: 1)",
  }),
  /** Mean bytes between two samples of the memory profiler; 0 (the default): no samples, 1: every block. */
  memprofileRate: machine({
    flag: '--memprofile-rate <bytes>',
    kind: { ...number(0, MAX_RATE, 'bytes'), parse: parseRate },
    help: 'mean bytes between two samples of the memory profile; 1: every block (default: 512K)',
    word: 'memprofileRate',
  }),
  /** Record what each M does when, for a timeline: the result has `events`, which `timelineOf` turns into one. */
  recordEvents: library(bool),
  /** Parameters of the mark loops that differ from Go 1.3; see TUNING. */
  tuning: library<MachineTuning>({ schema: fieldsOf(Object.fromEntries(TUNING_NAMES.map((name) => [name, tunableKind(name)])), 'an object of numbers and words by name') }),
  /**
   * Called for every collection, in order, soon after it ends. If a callback throws, or a promise
   * that it returns is rejected, the machine ends with that error; `finished` waits for the promises.
   */
  onCycle: library(callback<(cycle: Cycle) => unknown>()),
  /** Called when the machine's clock has forced a collection, and when free memory was given back; in order with `onCycle`. */
  onScavenge: library(callback<(scavenge: Scavenge) => unknown>()),
  /** With `debug: ['allocfreetrace']`, called with a line for each malloc, free and collection, in their order. */
  onTrace: library(callback<(line: string) => unknown>()),
  /** Called a few times a second while the machine runs. */
  onTick: library(callback<(progress: Progress) => unknown>()),
  /** Records the heap over time and the map of its spans; one for each machine. Read it when the machine has ended. */
  heapRecorder: library({ ...custom<HeapRecorder>('a HeapRecorder', isRecorder), wordOf: () => 1 }, 'recordHeap'),
  /** Ends the machine early when aborted, also while it is built: then `startRuntime` rejects with Stopped. */
  signal: library(custom<AbortSignal>('an AbortSignal', isSignal)),
} as const;

type OptionName = keyof typeof MACHINE_OPTIONS;
type ValueOf<Option> = Option extends { readonly kind: Kind<infer T> } ? T : never;

/** The options of a machine, each with its type. */
export type MachineOptions = { readonly [Name in keyof typeof MACHINE_OPTIONS]?: ValueOf<(typeof MACHINE_OPTIONS)[Name]> };

/** The options that are flags of the command line. */
export type FlagName = { [Name in OptionName]: (typeof MACHINE_OPTIONS)[Name] extends { readonly flag: string } ? Name : never }[OptionName];

export const FLAG_NAMES = (Object.keys(MACHINE_OPTIONS) as OptionName[]).filter((name) => 'flag' in MACHINE_OPTIONS[name]) as FlagName[];

/** Returns the words of the machine's memory that `options` set. */
export function optionWords(options: MachineOptions): Partial<Record<OptionWord, number>> {
  const words: Partial<Record<OptionWord, number>> = {};
  for (const name of Object.keys(MACHINE_OPTIONS) as OptionName[]) {
    const { word, kind }: LibraryOption<never> = MACHINE_OPTIONS[name] as LibraryOption<never>;
    const value = options[name];
    if (word === undefined || value === undefined) continue;
    words[word] = 'wordOf' in kind && kind.wordOf !== undefined ? kind.wordOf(value as never) : Number(value);
  }
  return words;
}

function percentOrOff(): TextKind<number | 'off'> {
  const error = `'off' or a whole number of percent from 0 to ${LIMITS.gogc}`;
  const percent = whole(0, LIMITS.gogc);
  return {
    // If one choice alone is of the value's type, zod gives the error of that choice.
    ...oneOfTwo(custom<'off'>(error, (value) => value === 'off'), whole(0, LIMITS.gogc, error), error),
    parse: (text, name) => (text === 'off' ? text : percent.parse(text, `${name}, unless it is 'off',`)),
  };
}

/** Reads "64M", "1.5G", "512K" or bytes. */
function parseArena(text: string, name: string): number {
  const bytes = parseSize(text);
  if (Number.isNaN(bytes)) throw new UsageError(`${name} must be a size such as 64M, 2G or 512K, not '${printable(text)}'`);
  if (bytes < MIN_ARENA) throw new UsageError(`${name} ${printable(text)} is too small: nothing runs in less than 64K`);
  if (bytes > LIMITS.arena) throw new UsageError(`${name} ${printable(text)} is too large: the arena must be smaller than 8G, and ${ARENA_HELP}`);
  return bytes;
}

/** Reads "16M+1M,40M+512K": offset and size of each hole. */
function parseHoles(text: string, name: string): readonly Hole[] {
  return text.split(',').map((hole) => {
    const [offset, bytes, ...rest] = hole.split('+').map(parseSize);
    if (rest.length > 0 || !(offset >= 0 && bytes > 0)) throw new UsageError(`${name} must be offsets and sizes such as 16M+1M,40M+512K, not '${printable(text)}'`);
    return { offset, bytes };
  });
}

/** Reads the value of `--gctrace=2`; without a value, the flag is true. */
function parseGctrace(text: string, name: string): 1 | 2 {
  if (text !== '1' && text !== '2') throw new UsageError(`${name} takes 1 or 2, not '${printable(text)}'; write ${name}=1, or put it last`);
  return text === '2' ? 2 : 1;
}

/** Reads "4096" or "512K". */
function parseRate(text: string, name: string): number {
  const bytes = parseSize(text);
  if (!(bytes >= 1 && bytes <= MAX_RATE)) throw new UsageError(`${name} must be a number of bytes from 1 to 1G, such as 4096 or 512K, not '${printable(text)}'`);
  return bytes;
}

function isHeapImage(value: unknown): boolean {
  const { name, objects, edges, sizes, firstEdge, targets, roots } = Object(value) as Partial<HeapImage>;
  return typeof name === 'string' && Number.isSafeInteger(objects) && Number.isSafeInteger(edges) &&
    [sizes, firstEdge, targets, roots].every((list) => ArrayBuffer.isView(list));
}

/** By its members: the class is loaded only to record. */
function isRecorder(value: unknown): boolean {
  const { start, read, keep } = Object(value) as Partial<HeapRecorder>;
  return [start, read, keep].every((method) => typeof method === 'function');
}

/** By its members: a signal of another realm, as test runners have them, works as well. */
function isSignal(value: unknown): boolean {
  const { aborted, addEventListener } = Object(value) as Partial<AbortSignal>;
  return typeof aborted === 'boolean' && typeof addEventListener === 'function';
}
