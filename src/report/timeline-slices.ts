/** The lanes of a timeline: slices in order, nested or apart, each with its kind and what it was about. */
import { plural } from '../base/units.ts';
import type { MachineEvent } from '../inspect/events.ts';
import { ROOTS } from '../gc/roots.ts';
import { RUNFINQ } from '../runtime/finalizer.ts';
import { SCAVENGER } from '../runtime/scavenger.ts';
import { DOING, SLICES, WITHIN } from '../sync/event-kinds.ts';
import type { Timeline } from './timeline.ts';

type Lane = Timeline['lanes'][number];
type Kind = Timeline['kinds'][number];

/** From when to when a timeline reaches, on the clock of its events, ns. */
export interface Window {
  readonly fromNs: number;
  readonly toNs: number;
}

/** Reports whether `event` is a whole slice. A step that damages the memory may leave any numbers in a ring. */
export function isSlice({ kind, startNs, endNs }: MachineEvent): boolean {
  return SLICES.has(kind) && startNs >= 0 && startNs <= endNs;
}

/** Returns the kinds that occur in `slices`, each once, and the index of each event's kind among them. */
export function kindsOf(slices: readonly MachineEvent[]): { readonly kinds: Kind[]; readonly indexOf: ReadonlyMap<number, number> } {
  const kinds: Kind[] = [];
  const indexOf = new Map<number, number>();
  const occurring = new Set(slices.map(({ kind }) => kind));
  for (const [kind, text] of SLICES) {
    if (!occurring.has(kind)) continue;
    const same = kinds.findIndex(({ name }) => name === text.name);
    indexOf.set(kind, same === -1 ? kinds.push({ ...text }) - 1 : same);
  }
  return { kinds, indexOf };
}

/**
 * Returns a lane.
 * @param slices those of one thread, in any order; what lies outside of `window` is cut off
 */
export function laneOf(name: string, slices: readonly MachineEvent[], { fromNs, toNs }: Window, indexOf: ReadonlyMap<number, number>): Lane {
  const lane: Lane = { name, kind: [], startNs: [], durationNs: [], detail: {} };
  // The ends of the slices around the next one.
  const around: number[] = [];
  for (const slice of slices.toSorted(byStart)) {
    const start = Math.max(slice.startNs, fromNs);
    while (around.length > 0 && around[around.length - 1] <= start) around.pop();
    // Only damaged memory has a slice that ends after the one in which it began.
    const end = Math.min(slice.endNs, toNs, around.at(-1) ?? Infinity);
    if (end < start || (end === start && slice.endNs > slice.startNs)) continue;
    const detail = describe(slice);
    if (detail !== '') lane.detail[lane.kind.length] = detail;
    lane.kind.push(indexOf.get(slice.kind)!);
    lane.startNs.push(start - fromNs);
    lane.durationNs.push(end - start);
    around.push(end);
  }
  return lane;
}

/** The outer one of two slices with the same start comes first. */
function byStart(a: MachineEvent, b: MachineEvent): number {
  return a.startNs - b.startNs || b.endNs - a.endNs || a.kind - b.kind;
}

/** Says what a slice was about; '' if its kind says all. */
function describe({ kind, detail, count }: MachineEvent): string {
  switch (kind) {
    case DOING.mutator:
      return goroutine(detail);
    case WITHIN.root:
      return rootsUpTo(detail, count);
    case WITHIN.steal:
      return detail === 0 ? 'found nothing' : '';
    case WITHIN.handoff:
      return plural(count, 'object');
    case WITHIN.flush:
      return plural(count, 'MCache');
    case WITHIN.sweepSpans:
      return `${plural(count, 'span')}, ${detail} left`;
    default:
      return '';
  }
}

/** `detail` is a goid, or ~pc of a goroutine of the runtime. */
function goroutine(detail: number): string {
  if (detail > 0) return `goroutine ${detail}`;
  if (~detail < RUNFINQ.pc) return 'background sweeper';
  return ~detail < SCAVENGER.pc ? 'finalizer goroutine' : 'scavenger';
}

/** Names the `count` roots of which `last` is the last one. */
function rootsUpTo(last: number, count: number): string {
  const first = Math.max(0, last - count + 1);
  return count === 1 ? rootName(last) : `${rootName(first)} to ${rootName(last)}`;
}

/** Names the root that is iteration `i` of the parallel for. */
export function rootName(i: number): string {
  return i < ROOTS.length ? ROOTS[i] : `stack ${i - ROOTS.length}`;
}
