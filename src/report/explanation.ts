/** Explains the time of a predicted mark: what its critical path is made of, and which words threads contend for. */
import { z } from 'zod';
import { formatCount, formatNs, formatShare, plural } from '../base/units.ts';
import type { Contended } from '../model/contention.ts';
import { SPENDINGS, type CostLog, type Spent } from '../model/cost-log.ts';
import type { Predicted } from '../model/predict.ts';
import { criticalPath, IN_TRANSIT } from './critical-path.ts';
import { NO_KIND } from './lane-slices.ts';
import { predictedTimeline } from './predicted-timeline.ts';
import { count, ns, text } from './schema.ts';
import { formatTable, type Column } from './table.ts';
import type { Timeline } from './timeline.ts';

/** The part of a critical path with one activity. */
export interface PathPart {
  readonly activity: string;
  readonly ns: number;
  /** What this time was spent on. */
  readonly spent: Spent;
}

export interface ExplainedMark {
  readonly procs: number;
  /** Length of the critical path. */
  readonly pathNs: number;
  /** The longest part first. */
  readonly path: readonly PathPart[];
  /** How often the path goes from one thread to another. */
  readonly changes: number;
  readonly contended: readonly Contended[];
  /** Time of all threads. */
  readonly threadsNs: number;
}

/** Activities that a timeline has no slices for. */
const IN_TRANSIT_NAME = 'in transit';
const OTHERS = 'other';
/** Rows of the table of contended words. */
const MOST_ROWS = 12;
/** The contended words in JSON. */
const MOST_IN_JSON = 100;

/** Returns the explanation of the prediction that has one; undefined if none has. @param name of the heap */
export function explainMark(name: string, results: readonly Predicted[]): ExplainedMark | undefined {
  const explained = results.find(({ explanation }) => explanation !== undefined);
  if (explained?.explanation === undefined) return undefined;
  const { procs, markNs, explanation: { contended, costs, activity } } = explained;
  const timeline = predictedTimeline(name, [{ ...explained, activity }])!;
  return { procs, ...pathOf(timeline, costs), contended, threadsNs: procs * markNs };
}

function pathOf(timeline: Timeline, costs: CostLog): Pick<ExplainedMark, 'pathNs' | 'path' | 'changes'> {
  const { fromNs, toNs, segments } = criticalPath(timeline);
  const parts = new Map<string, { activity: string; ns: number; spent: Record<string, number> }>();
  for (const segment of segments) {
    const activity = segment.kind === IN_TRANSIT ? IN_TRANSIT_NAME : segment.kind === NO_KIND ? OTHERS : timeline.kinds[segment.kind].name;
    const part = parts.get(activity) ?? { activity, ns: 0, spent: Object.fromEntries(SPENDINGS.map((name) => [name, 0])) };
    parts.set(activity, part);
    const lasts = segment.toNs - segment.fromNs;
    part.ns += lasts;
    // While work is in transit, no thread works on it, whatever its next thread does meanwhile.
    if (segment.kind === IN_TRANSIT) part.spent.waiting += lasts;
    else for (const [name, spent] of Object.entries(costs.between(segment.lane, segment.fromNs, segment.toNs))) part.spent[name] += spent;
  }
  return {
    pathNs: toNs - fromNs,
    path: [...parts.values()].map((part) => ({ ...part, spent: part.spent as Spent })).sort((a, b) => b.ns - a.ns),
    changes: segments.filter(({ lane }, i) => i > 0 && segments[i - 1].lane !== lane).length,
  };
}

const right = (head: string): Column => ({ head, align: 'right' });

/** Returns the head, a row for each activity on the path, and their sum. */
export function formatPath({ procs, pathNs, path }: ExplainedMark, width?: number): string[] {
  const row = (activity: string, lasts: number, spent: (name: keyof Spent) => number) =>
    [activity, formatNs(lasts), formatShare(lasts / pathNs), ...SPENDINGS.map((name) => formatShare(spent(name) / pathNs))];
  const columns: Column[] = [{ head: `critical path, ${plural(procs, 'thread')}`, align: 'left' }, right('time'), right('share'), ...SPENDINGS.map(right)];
  return formatTable(columns, [
    ...path.map(({ activity, ns: lasts, spent }) => row(activity, lasts, (name) => spent[name])),
    row('all', pathNs, (name) => spentOn(path, name)),
  ], width);
}

/** Returns the head and a row for each of the words that cost most. Times are shares of the time of all threads. */
export function formatContention({ procs, contended, threadsNs }: ExplainedMark, width?: number): string[] {
  const columns: Column[] = [
    { head: `contended word, ${plural(procs, 'thread')}`, align: 'left' }, { head: 'place', align: 'left' },
    right('transfers'), right('in queue'), right('false sharing'), right('time'), right('lost CAS'), right('sleeps'), right('asleep'),
  ];
  return formatTable(columns, contended.slice(0, MOST_ROWS).map(({ word, place, transfers, queued, falseSharing, transferNs, casFailed, sleeps, sleptNs }) => [
    word, place.replace(/^src\//, ''), formatCount(transfers), share(queued, transfers), share(falseSharing, transfers),
    share(transferNs, threadsNs), formatCount(casFailed), formatCount(sleeps), share(sleptNs, threadsNs),
  ]), width);
}

function share(part: number, whole: number): string {
  return part === 0 ? '–' : `${((part / whole) * 100).toFixed(1)} %`;
}

/** Returns the sentences on the path and on the most contended word. */
export function explainPath({ procs, pathNs, path, changes, contended, threadsNs }: ExplainedMark): string[] {
  const largest = SPENDINGS.map((name) => ({ name, part: spentOn(path, name) / pathNs })).sort((a, b) => b.part - a.part).slice(0, 2);
  const sentences = [`The critical path of ${plural(procs, 'thread')} is ${largest.map(({ name, part }) => `${formatShare(part)} ${name}`).join(' and ')}, and changes threads ${plural(changes, 'time')}.`];
  const [worst] = [...contended].sort((a, b) => b.transferNs - a.transferNs);
  if (worst !== undefined && worst.transfers > 0) {
    sentences.push(`Most transfers wait for ${worst.word} in ${worst.fn}: ${share(worst.transferNs, threadsNs)} of the threads' time, as far as other work does not hide it.`);
  }
  return sentences;
}

function spentOn(path: readonly PathPart[], name: keyof Spent): number {
  return path.reduce((sum, { spent }) => sum + spent[name], 0);
}

export const ExplanationShape = z.object({
  procs: count.positive(),
  /** The critical path: its activities, and what their times were spent on. */
  path: z.object({
    ns, changes: count,
    parts: z.array(z.object({ activity: text, ns, spentNs: z.object(Object.fromEntries(SPENDINGS.map((name) => [name, ns]))) })),
  }),
  /** The words that cost most, with the place in the source that accesses them. Sums over all threads. */
  contention: z.array(z.object({
    word: text, place: text, fn: text, transfers: count, queued: count, falseSharing: count, transferNs: ns, casFailed: count, sleeps: count, sleptNs: ns,
  })),
});

/** Returns the fields of the explanation in the document. */
export function explanationFields({ procs, pathNs, path, changes, contended }: ExplainedMark): z.infer<typeof ExplanationShape> {
  return {
    procs,
    path: { ns: pathNs, changes, parts: path.map(({ activity, ns: lasts, spent }) => ({ activity, ns: lasts, spentNs: { ...spent } })) },
    contention: contended.slice(0, MOST_IN_JSON).map((row) => ({ ...row })),
  };
}
