/** Parameters of the mark loops that experiments vary, each with the mark loop that has it. */
import { UsageError } from '../base/fatal.ts';
import { DIRECTION, MARK_BY, OPTION_WORDS, ORDER, type OptionWord } from '../memory/config.ts';
import type { MachineShape } from '../memory/map.ts';
import { POLICY } from '../gc/policy.ts';
import { PTRBUF_CAP } from '../gc/scanbuf.ts';
import { MAX_PREFETCH } from '../gc/scan-pieces.ts';
import { WORKBUF_CAP } from '../gc/work.ts';
import { check, oneOf, whole, type TextKind } from './kinds.ts';

/** The name of a mark loop. */
export type Policy = keyof typeof POLICY;

/** A number with its bounds, or one of some words, each with its number in the machine. */
export type Tunable = (NumberOf | WordOf) & {
  /** What `scale --help` says of it. */
  readonly help: string;
  /** The only mark loop that has it. */
  readonly policy?: Policy;
  /** The field of the machine's shape that holds it. */
  readonly field?: OptionWord | 'workbufCap' | 'ptrBufCap' | 'handoffThreshold';
  /** The machine's unit in units of the option; 1 unless given. */
  readonly scale?: number;
};
interface NumberOf {
  readonly min: number;
  readonly max: number;
  readonly normal: number;
}
interface WordOf {
  readonly words: Readonly<Record<string, number>>;
  readonly normal: string;
}

/** Forms of the mark loops on threads. Exploration and model run the source alone. */
const CODE = { wasm: 0, javascript: 1 } as const;
/** As in Go. */
const HANDOFF_THRESHOLD = 4;
/** 32-bit words of a heap word. */
const HEAP_WORD = 2;

export const TUNING = {
  /** Objects that a work buffer holds. */
  workbuf: { min: 2, max: 65_536, normal: WORKBUF_CAP, field: 'workbufCap', help: 'objects that a work buffer holds' },
  /** Pointers gathered before their targets are marked. */
  ptrbuf: { min: 1, max: PTRBUF_CAP, normal: PTRBUF_CAP, policy: 'go1.3', field: 'ptrBufCap', help: 'pointers gathered before their targets are marked' },
  /** Objects in a work buffer above which half of it is handed off to a waiting M. */
  handoff: { min: 1, max: 65_536, normal: HANDOFF_THRESHOLD, field: 'handoffThreshold', help: 'objects in a work buffer above which half of it is handed off to a waiting M' },
  /** Rounds of spinning in getfull, before it yields. */
  spins: { min: 0, max: 1_000_000, normal: OPTION_WORDS.waitSpins, field: 'waitSpins', help: 'rounds of spinning in getfull, before it yields' },
  /** Rounds of yielding in getfull, before it sleeps. */
  yields: { min: 0, max: 1_000_000, normal: OPTION_WORDS.waitYields, field: 'waitYields', help: 'rounds of yielding in getfull, before it sleeps' },
  /** Microseconds of each sleep in getfull. */
  sleep: { min: 1, max: 1_000_000, normal: OPTION_WORDS.waitSleepUs, field: 'waitSleepUs', help: 'microseconds of each sleep in getfull' },
  /** Form of the inner loop: WebAssembly, or the JavaScript that it is compiled from. */
  code: { words: CODE, normal: 'wasm', help: 'form of the inner loop: wasm, or the javascript that it is compiled from' },
  /** How a mark is set: by CAS on its bitmap word, or by a plain store of its byte. */
  mark: { words: MARK_BY, normal: 'cas', policy: 'lab', field: 'labMark', help: 'how a mark is set: cas on its bitmap word, or a plain store of its byte' },
  /** Order of scanning: the newest object first (depth first), or the oldest (breadth first). */
  order: { words: ORDER, normal: 'lifo', policy: 'lab', field: 'labOrder', help: 'order of scanning: lifo (depth first) or fifo (breadth first)' },
  /** Direction in which the words of an object are read. */
  direction: { words: DIRECTION, normal: 'forwards', policy: 'lab', field: 'labDirection', help: 'direction in which the words of an object are read: forwards or backwards' },
  /** Heap words above which an object is scanned in pieces that other threads may take; 0: never. */
  split: { min: 0, max: 1 << 26, normal: 0, policy: 'lab', field: 'labSplit', scale: HEAP_WORD, help: 'heap words above which an object is scanned in pieces that other threads may take; 0: never' },
  /** Objects whose first word is loaded ahead of their scan, as JavaScript has no prefetch; 0: none. */
  prefetch: { min: 0, max: MAX_PREFETCH, normal: 0, policy: 'lab', field: 'labPrefetch', help: 'objects whose first word is loaded ahead of their scan, as JavaScript has no prefetch; 0: none' },
} as const satisfies Record<string, Tunable>;

export type TuningName = keyof typeof TUNING;
export const TUNING_NAMES = Object.keys(TUNING) as TuningName[];

type ValueOf<T> = T extends { readonly words: infer Words } ? keyof Words : number;

/** The parameters that were given; the others are as in Go 1.3. */
export type MachineTuning = { readonly [Name in keyof typeof TUNING]?: ValueOf<(typeof TUNING)[Name]> };

/** Returns the values that the parameter `name` can have. */
export function tunableKind(name: TuningName): TextKind<number | string> {
  const tunable: Tunable = TUNING[name];
  return ('words' in tunable ? oneOf(tunable.words) : whole(tunable.min, tunable.max)) as TextKind<number | string>;
}

const DEFAULT_POLICY: Policy = 'go1.3';

/**
 * Returns the mark loop that was asked for, by its name or by a parameter that no other loop has.
 * @throws UsageError for a parameter that the mark loop does not have
 */
export function policyFor({ policy, tuning = {} }: { readonly policy?: Policy; readonly tuning?: MachineTuning }): Policy {
  const special = TUNING_NAMES.filter((name) => tuning[name] !== undefined && ownerOf(name) !== undefined);
  const chooser = special.find((name) => ownerOf(name) !== DEFAULT_POLICY);
  const chosen = policy ?? (chooser === undefined ? DEFAULT_POLICY : ownerOf(chooser)!);
  const stray = special.find((name) => ownerOf(name) !== chosen);
  if (stray !== undefined) {
    throw new UsageError(`--${stray} is for --policy ${ownerOf(stray)} alone; leave it out, or --${policy === undefined ? chooser : `policy ${policy}`}`);
  }
  return chosen;
}

function ownerOf(name: TuningName): Policy | undefined {
  return (TUNING[name] as Tunable).policy;
}

type TunedShape = Pick<MachineShape, 'workbufCap' | 'ptrBufCap' | 'handoffThreshold'> & Partial<Record<OptionWord, number>>;

/**
 * Returns the fields of the machine's shape that the parameters set.
 * @throws UsageError for a value out of bounds, and for buffers that don't fit each other
 */
export function tunedShape(tuning: MachineTuning): TunedShape {
  const fields: Partial<Record<NonNullable<Tunable['field']>, number>> = {};
  for (const name of TUNING_NAMES) {
    const { field, scale = 1 }: Tunable = TUNING[name];
    const value = numberFor(name, tuning[name]);
    if (field !== undefined) fields[field] = value * scale;
  }
  const { workbufCap = 0, ptrBufCap = 0, handoffThreshold = 0, ...words } = fields;
  // All that one flush finds goes into one work buffer.
  const ptrbuf = tuning.ptrbuf === undefined ? Math.min(ptrBufCap, workbufCap) : ptrBufCap;
  if (workbufCap < ptrbuf) throw new UsageError(`a work buffer of ${workbufCap} objects can't take the ${ptrbuf} pointers of --ptrbuf; give a larger --workbuf`);
  return { workbufCap, ptrBufCap: ptrbuf, handoffThreshold, ...words };
}

/** Returns the machine's number for the value of a parameter, or for its default. */
function numberFor(name: TuningName, value: number | string | undefined): number {
  const kind = tunableKind(name);
  const chosen = check(kind.schema, value ?? TUNING[name].normal, name);
  return kind.wordOf?.(chosen) ?? Number(chosen);
}
