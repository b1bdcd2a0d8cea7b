/**
 * The critical path of a collection: the chain of dependent work that decided when the mark ended. Only shorter work
 * on this chain, or less waiting in it, ends the mark earlier.
 *
 * A chain stays on a lane, or goes back along a flow: from the moment when a thread took work to the moment when
 * another published it, or along another dependency (dependencies.ts). Each chain covers the whole collection. Its cost
 * is the time in which nothing was done for it: waits, time without slices, and the time from cause to effect.
 *
 *   1. Cut each lane into a line of innermost slices over the collection, and sum up the waiting along it.
 *   2. Visit both ends of all dependencies in order of time. At a cause, note the least cost of a chain to there. At
 *      the effect, adopt the chain of the cause if it costs less than the one the lane has. If both cost the same,
 *      the lane keeps its own: taking work from another without need is no dependence.
 *   3. Start at the end, on the lane of the collecting M if it waited for the last helper, or else on the lane that
 *      worked last, and go back through the adopted dependencies.
 *
 * Usually step 3 walks back over work until a wait, from the wait along the flow that ended it, and on from there.
 * A wait that no flow ended stays on the path.
 *
 * Invariants: the segments cover the collection without gap or overlap, in order; no chain that ends on the same lane
 * costs less.
 *
 * Source: C.-Q. Yang and B. P. Miller, Critical Path Analysis for the Execution of Parallel and Distributed Programs,
 * ICDCS 1988; there, the longest path through a graph of activities. Here each chain is as long as the collection, so
 * the longest is the one that waits least.
 */
import { collectionsOf, isWaiting, type Collection } from './collections.ts';
import { dependenciesOf, type Dependency } from './dependencies.ts';
import { lineOf, nestingOf, NO_KIND, type Stretch } from './lane-slices.ts';
import type { Timeline } from './timeline.ts';

/** From a cause on one thread to its effect on another: work that is published and not yet taken, a wake-up. */
export const IN_TRANSIT = -2;

export interface PathSegment {
  readonly lane: number;
  readonly fromNs: number;
  readonly toNs: number;
  /** An index into the timeline's kinds, NO_KIND, or IN_TRANSIT: then `lane` is that of the effect. */
  readonly kind: number;
}

/** What the path is made of. */
export interface PathPart {
  readonly kind: number;
  readonly ns: number;
  /** Of the collection: 0 to 1. */
  readonly share: number;
}

export interface CriticalPath {
  readonly fromNs: number;
  readonly toNs: number;
  readonly segments: readonly PathSegment[];
  /** The largest first. */
  readonly parts: readonly PathPart[];
  /** Indices of the timeline's flows along which the path goes, in order of time. */
  readonly flows: readonly number[];
  /** Time in which nothing was done for the path. */
  readonly waitedNs: number;
}

/** A lane's line with its waiting summed up. */
interface Line {
  readonly stretches: readonly Stretch[];
  /** Waiting before each stretch, ns. */
  readonly waitedBefore: readonly number[];
  readonly waits: readonly boolean[];
  /** When the lane's last work ended. */
  readonly workedUntilNs: number;
}

/** A chain to a moment on a lane: it came along `flow` from the chain `before`, or it has been on the lane from the start. */
interface Chain {
  /** An index into the dependencies, or -1. The first of them are the timeline's flows. */
  readonly flow: number;
  readonly before: Chain | undefined;
  /** Cost up to `atNs`. */
  readonly cost: number;
  readonly atNs: number;
}

/** Returns the critical path through `collection`, one of the timeline's. A timeline without lanes has an empty one. */
export function criticalPath(timeline: Timeline, collection: Collection = collectionsOf(timeline)[0]): CriticalPath {
  const { fromNs, toNs } = collection;
  const flows = dependenciesOf(timeline, collection);
  const lines = timeline.lanes.map((_, lane) => lineOfLane(timeline, lane, collection));
  const chains = cheapestChains(flows, lines, collection);
  const last = collection.isJoined ? collection.lane : laneThatWorkedLast(lines, chains, toNs);
  if (last < 0) return { fromNs, toNs, segments: [], parts: [], flows: [], waitedNs: 0 };
  const path = segmentsOf(flows, lines, chains[last], last, collection);
  return {
    fromNs,
    toNs,
    segments: path.segments,
    parts: partsOf(path.segments, toNs - fromNs),
    flows: path.flows.filter((flow) => flow < timeline.flows.length),
    waitedNs: costAt(lines[last], chains[last], toNs),
  };
}

function lineOfLane(timeline: Timeline, lane: number, { fromNs, toNs }: Collection): Line {
  const stretches = lineOf(timeline.lanes[lane], nestingOf(timeline.lanes[lane]), fromNs, toNs);
  const waiting = timeline.kinds.map((kind) => isWaiting(kind.name));
  const waits = stretches.map((stretch) => stretch.kind === NO_KIND || waiting[stretch.kind]);
  const waitedBefore: number[] = [];
  let waited = 0;
  for (const [i, stretch] of stretches.entries()) {
    waitedBefore.push(waited);
    if (waits[i]) waited += stretch.toNs - stretch.fromNs;
  }
  return { stretches, waits, waitedBefore, workedUntilNs: stretches[waits.lastIndexOf(false)]?.toNs ?? fromNs };
}

/** Returns the index of the last stretch of `line` that begins at `atNs` or before. */
function stretchAt({ stretches }: Line, atNs: number): number {
  let low = 0;
  let high = stretches.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (stretches[middle].fromNs <= atNs) low = middle;
    else high = middle;
  }
  return low;
}

/** Returns the waiting on `line` from the start of the interval to `atNs`. */
function waitedUntil(line: Line, atNs: number): number {
  if (line.stretches.length === 0) return 0;
  const i = stretchAt(line, atNs);
  return line.waitedBefore[i] + (line.waits[i] ? atNs - line.stretches[i].fromNs : 0);
}

function costAt(line: Line, chain: Chain, atNs: number): number {
  return chain.cost + (waitedUntil(line, atNs) - waitedUntil(line, chain.atNs));
}

/** Step 2: returns the cheapest chain to the end of each lane. */
function cheapestChains(flows: readonly Dependency[], lines: readonly Line[], collection: Collection): Chain[] {
  const chains: Chain[] = lines.map(() => ({ flow: -1, before: undefined, cost: 0, atNs: collection.fromNs }));
  const published = new Map<number, { chain: Chain; cost: number }>();
  for (const { atNs, sent, taken } of momentsOf(flows, lines.length, collection)) {
    // Flows that take no time can follow each other in one moment.
    for (let adopted = true; adopted;) {
      adopted = false;
      for (const flow of sent) {
        const { lane } = flows[flow].from;
        published.set(flow, { chain: chains[lane], cost: costAt(lines[lane], chains[lane], atNs) });
      }
      for (const flow of taken) {
        const { from, to } = flows[flow];
        const source = published.get(flow)!;
        const cost = source.cost + (atNs - from.atNs);
        if (cost >= costAt(lines[to.lane], chains[to.lane], atNs)) continue;
        chains[to.lane] = { flow, before: source.chain, cost, atNs };
        adopted = true;
      }
    }
  }
  return chains;
}

interface Moment {
  readonly atNs: number;
  readonly sent: number[];
  readonly taken: number[];
}

/** Returns the moments at which flows begin or end, in order. A flow that leaves the collection or runs backwards in time is left out. */
function momentsOf(flows: readonly Dependency[], lanes: number, { fromNs, toNs }: Collection): Moment[] {
  const moments = new Map<number, Moment>();
  function momentAt(atNs: number): Moment {
    const moment = moments.get(atNs) ?? { atNs, sent: [], taken: [] };
    moments.set(atNs, moment);
    return moment;
  }
  for (const [flow, { from, to }] of flows.entries()) {
    if (from.lane >= lanes || to.lane >= lanes || from.atNs < fromNs || to.atNs < from.atNs || to.atNs > toNs) continue;
    momentAt(from.atNs).sent.push(flow);
    momentAt(to.atNs).taken.push(flow);
  }
  return [...moments.values()].sort((a, b) => a.atNs - b.atNs);
}

/** Returns the lane whose work ended last; of several, the one with the cheapest chain; of these, the first. */
function laneThatWorkedLast(lines: readonly Line[], chains: readonly Chain[], toNs: number): number {
  let last = -1;
  for (const [lane, line] of lines.entries()) {
    const later = last < 0 ? 1 : line.workedUntilNs - lines[last].workedUntilNs;
    if (later > 0 || (later === 0 && costAt(line, chains[lane], toNs) < costAt(lines[last], chains[last], toNs))) last = lane;
  }
  return last;
}

/** Step 3: returns the segments and flows of `chain`, which ends on `lane`, in order of time. */
function segmentsOf(flows: readonly Dependency[], lines: readonly Line[], chain: Chain, lane: number, { fromNs, toNs }: Collection): Pick<CriticalPath, 'segments' | 'flows'> {
  const backwards: PathSegment[] = [];
  const used: number[] = [];
  let at = toNs;
  for (let current: Chain | undefined = chain, on = lane; current !== undefined; current = current.before) {
    backwards.push(...between(lines[on], on, current.flow < 0 ? fromNs : current.atNs, at).reverse());
    if (current.flow < 0) break;
    const { from, to } = flows[current.flow];
    if (to.atNs > from.atNs) backwards.push({ lane: on, fromNs: from.atNs, toNs: to.atNs, kind: IN_TRANSIT });
    used.push(current.flow);
    on = from.lane;
    at = from.atNs;
  }
  return { segments: backwards.reverse(), flows: used.reverse() };
}

/** Returns the stretches of `line` from `fromNs` to `toNs` as segments on `lane`. */
function between(line: Line, lane: number, fromNs: number, toNs: number): PathSegment[] {
  if (fromNs >= toNs) return [];
  return line.stretches
    .slice(stretchAt(line, fromNs), stretchAt(line, toNs) + 1)
    .map((stretch) => ({ lane, kind: stretch.kind, fromNs: Math.max(fromNs, stretch.fromNs), toNs: Math.min(toNs, stretch.toNs) }))
    .filter((segment) => segment.fromNs < segment.toNs);
}

function partsOf(segments: readonly PathSegment[], wholeNs: number): PathPart[] {
  const ns = new Map<number, number>();
  for (const segment of segments) ns.set(segment.kind, (ns.get(segment.kind) ?? 0) + segment.toNs - segment.fromNs);
  return [...ns].map(([kind, sum]) => ({ kind, ns: sum, share: sum / wholeNs })).sort((a, b) => b.ns - a.ns || a.kind - b.kind);
}
