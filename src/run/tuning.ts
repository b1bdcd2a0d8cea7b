/** What of the mark can be tried out, and which mark loop it takes. */
import { UsageError } from '../base/fatal.ts';
import { DIRECTION, MARK_BY, ORDER } from '../memory/config.ts';
import { WAIT, type MachineShape } from '../memory/map.ts';
import { POLICY } from '../gc/policy.ts';
import { PTRBUF_CAP } from '../gc/scanbuf.ts';
import { MAX_PREFETCH } from '../gc/scanblock-lab.ts';
import { WORKBUF_CAP } from '../gc/work.ts';

/** A mark loop by its name. */
export type Policy = keyof typeof POLICY;

/** A number with its bounds, or one of some words, each with its number in the machine. */
export type Tunable = (NumberOf | WordOf) & {
  readonly help: string;
  /** The only mark loop that has it. */
  readonly policy?: Policy;
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

/** On threads; exploration and model know the source alone. */
const CODE = { wasm: 0, javascript: 1 } as const;
/** Go's. */
const HANDOFF_THRESHOLD = 4;

export const TUNING = {
  workbuf: { min: 2, max: 65_536, normal: WORKBUF_CAP, help: 'objects that a work buffer holds' },
  ptrbuf: { min: 1, max: PTRBUF_CAP, normal: PTRBUF_CAP, policy: 'go1.3', help: 'pointers that are gathered before their targets are marked' },
  handoff: { min: 1, max: 65_536, normal: HANDOFF_THRESHOLD, help: 'objects above which half is given to who waits' },
  spins: { min: 0, max: 1_000_000, normal: WAIT.spins, help: 'rounds of spinning in getfull, before it yields' },
  yields: { min: 0, max: 1_000_000, normal: WAIT.yields, help: 'rounds of yielding in getfull, before it sleeps' },
  sleep: { min: 1, max: 1_000_000, normal: WAIT.sleepUs, help: 'microseconds of each sleep in getfull' },
  code: { words: CODE, normal: 'wasm', policy: 'tuned', help: 'what its inner part runs as: wasm, or the javascript that this was made from' },
  mark: { words: MARK_BY, normal: 'cas', policy: 'lab', help: 'how a mark is set: cas, on its word of the bitmap, or byte, by a plain store' },
  order: { words: ORDER, normal: 'lifo', policy: 'lab', help: 'which object is scanned next: lifo, the one found last (depth first), or fifo (breadth first)' },
  direction: { words: DIRECTION, normal: 'forwards', policy: 'lab', help: "how an object's words are read: forwards or backwards" },
  split: { min: 0, max: 1 << 26, normal: 0, policy: 'lab', help: 'words of 8 bytes above which an object is scanned in pieces, for other threads to take; 0: whole' },
  prefetch: { min: 0, max: MAX_PREFETCH, normal: 0, policy: 'lab', help: 'objects whose first word is loaded ahead of their scan, as JavaScript has no prefetch; 0: none' },
} as const satisfies Record<string, Tunable>;

export type TuningName = keyof typeof TUNING;
export const TUNING_NAMES = Object.keys(TUNING) as TuningName[];

type ValueOf<T> = T extends { readonly words: infer Words } ? keyof Words : number;

/** What was chosen; Go 1.3's where nothing was. */
export type MachineTuning = { readonly [Name in TuningName]?: ValueOf<(typeof TUNING)[Name]> };

const DEFAULT_POLICY: Policy = 'go1.3';

/**
 * The mark loop that was asked for: by its name, or by choosing what no other has.
 * @throws UsageError for what it has no use for
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

type TunedShape = Pick<MachineShape, 'workbufCap' | 'ptrBufCap' | 'handoffThreshold' | 'waitSpins' | 'waitYields' | 'waitSleepUs' | 'lab'>;

/** @throws UsageError for what can't be, alone or together */
export function tunedShape(tuning: MachineTuning): TunedShape {
  const chosen = Object.fromEntries(TUNING_NAMES.map((name) => [name, numberFor(name, tuning[name])])) as Record<TuningName, number>;
  const { workbuf, handoff, spins, yields, sleep, mark, order, direction, split, prefetch } = chosen;
  // All that one flush finds goes into one work buffer.
  const ptrbuf = tuning.ptrbuf === undefined ? Math.min(chosen.ptrbuf, workbuf) : chosen.ptrbuf;
  if (workbuf < ptrbuf) throw new UsageError(`a work buffer of ${workbuf} objects can't take the ${ptrbuf} pointers of --ptrbuf; give a larger --workbuf`);
  return {
    workbufCap: workbuf,
    ptrBufCap: ptrbuf,
    handoffThreshold: handoff,
    waitSpins: spins,
    waitYields: yields,
    waitSleepUs: sleep,
    // Heap words are two of ours.
    lab: { mark, order, direction, split: 2 * split, prefetch },
  };
}

/** What the machine is told of it. */
function numberFor(name: TuningName, value: number | string | undefined): number {
  const tunable: Tunable = TUNING[name];
  const chosen = value ?? tunable.normal;
  if ('words' in tunable) {
    if (!Object.hasOwn(tunable.words, chosen)) throw new UsageError(`${name} must be ${Object.keys(tunable.words).join(' or ')}, not ${chosen}`);
    return tunable.words[chosen];
  }
  const { min, max } = tunable;
  if (typeof chosen !== 'number' || !Number.isInteger(chosen) || chosen < min || chosen > max) throw new UsageError(`${name} must be a whole number from ${min} to ${max}, not ${chosen}`);
  return chosen;
}
