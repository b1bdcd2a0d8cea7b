/** Sentences about the limits of a mark's speedup: first those of the graph, then those that the threads' times show. */
import { speedupBound, type GraphFacts } from '../verify/graph-facts.ts';
import { areAlike, hasInterval } from './scale-intervals.ts';
import { meanOf } from './scale-threads.ts';
import { formatBytes, formatCount, formatNumber, formatShare, plural } from '../base/units.ts';
import { splitsObjects, type ScaleResult, type Scaling } from './scaling.ts';

/** The share of the ideal speedup below which the sentences name a cause. */
const GOOD = 0.75;
/** The share of the threads' time from which a cause is named. */
const NOTABLE = 0.2;

/** Returns two lines: "depth 22, 1 to 2,097,152 objects wide, …" and "largest object …". */
export function describeGraph(graph: GraphFacts): string[] {
  const { widths, pointers, largestBytes, largestPointers, longestChain, inDegreeMax } = graph;
  const [narrowest, widest] = widths.reduce(([low, high], width) => [Math.min(low, width), Math.max(high, width)], [Infinity, 0]);
  const wide = narrowest === widest ? formatCount(widest) : `${formatCount(narrowest)} to ${formatCount(widest)}`;
  return [
    `depth ${formatCount(widths.length)}, ${wide} ${widest === 1 ? 'object' : 'objects'} wide, ${plural(pointers, 'pointer')}, at most ${formatCount(inDegreeMax)} to one object`,
    `largest object ${formatBytes(largestBytes)} with ${plural(largestPointers, 'pointer')}, longest chain ${plural(longestChain, 'object')}`,
  ];
}

/** Returns up to two sentences; none for one number of threads or for phases other than mark. */
export function explainLimits(scaling: Scaling): string[] {
  const { phase, results, graph, settings, cores } = scaling;
  const [first] = results;
  const last = results.findLast(({ procs }) => procs <= cores) ?? results[results.length - 1];
  if (phase !== 'mark' || last === first) return [];
  const ideal = last.procs / first.procs;
  const speedup = first.medianNs / last.medianNs;
  const bound = graph === undefined ? undefined : limitOfGraph(graph, last.procs, splitsObjects(settings));
  const limits = limitOfThreads(first, last, settings.policy === 'go1.3');
  if (bound !== undefined) return [bound, ...limits.slice(0, 1)];
  const reached = `${plural(last.procs, 'thread')}: speedup ${formatNumber(speedup)} of an ideal ${formatNumber(ideal)}`;
  // If the intervals overlap, a median near the ideal is no evidence of a speedup.
  const scatters = areAlike(first, last);
  if (speedup >= GOOD * ideal) return [scatters ? SCATTERS : `${reached}${allowedBy(scaling, first, last)}.`];
  if (limits.length > 0) return limits;
  return [scatters ? SCATTERS : `${reached}, without any one cause.`];
}

/** Returns a sentence on the CASes that threads lost in a collection, and on their waits for work; none if there were none. */
export function explainContention({ results, cores }: Pick<Scaling, 'results' | 'cores'>): string[] {
  const { procs, mark } = results.findLast((result) => result.procs <= cores) ?? results[results.length - 1];
  if (mark === undefined || procs === 1) return [];
  const { casFailed, yields } = mark;
  const parts = [
    ...(casFailed > 0 ? [`lose ${plural(casFailed, 'CAS', 'CASes')} of marks to one another`] : []),
    ...(yields > 0 ? [`spin, yield or sleep ${plural(yields, 'time')} for work`] : []),
  ];
  return parts.length === 0 ? [] : [`In a collection ${plural(procs, 'thread')} ${parts.join(', and ')}.`];
}

const SCATTERS = 'The times scatter too much to tell a speedup; use more --runs, or end what else runs.';

/** Returns "; the graph itself allows 1.90", a bound of the speedup over the first row. */
function allowedBy({ graph, settings }: Scaling, first: ScaleResult, last: ScaleResult): string {
  if (graph === undefined) return '';
  const bound = ({ procs }: ScaleResult) => speedupBound(graph, procs, splitsObjects(settings));
  return `; the graph itself allows ${formatNumber(bound(last) / bound(first))}`;
}

function limitOfGraph(graph: GraphFacts, threads: number, splits: boolean): string | undefined {
  const bound = speedupBound(graph, threads, splits);
  if (bound >= GOOD * threads) return undefined;
  const most = bound < 1.05 ? 'no number of threads helps' : `${plural(threads, 'thread')} can be at most ${formatNumber(bound)} times as fast as one`;
  if (graph.longestChain * 2 > graph.objects) return `A chain of ${plural(graph.longestChain, 'object')}: each is found only by way of the one before, so ${most}.`;
  if (speedupBound(graph, threads, true) > bound) {
    return `One object holds ${formatCount(graph.largestPointers)} of the ${plural(graph.pointers, 'pointer')}, and one thread scans it whole: ${most}.`;
  }
  return `The graph is ${formatCount(graph.widths.length)} deep for ${plural(graph.objects, 'object')}: ${most}.`;
}

/** Returns sentences for the two largest causes, the largest first. */
function limitOfThreads(first: ScaleResult, last: ScaleResult, plainAlone: boolean): string[] {
  const isSlow = first.medianNs / last.medianNs < (GOOD * last.procs) / first.procs;
  const { mark } = last;
  if (mark === undefined || mark.threads.length === 0) return [];
  const { shares } = meanOf(mark.threads);
  const limits: [share: number, sentence: string][] = [];
  const idle = shares.waiting + shares.sleeping;
  if (idle > NOTABLE) {
    const uneven = mark.balance > 1.25 ? `, and one marks ${formatShare(mark.balance / last.procs)} of the objects` : '';
    limits.push([idle, `The threads spend ${formatShare(idle)} of their time waiting in getfull${uneven}.`]);
  }
  if (shares.roots > NOTABLE) limits.push([shares.roots, `${formatShare(shares.roots)} of their time goes into gathering roots.`]);
  if (shares['handing off'] > NOTABLE / 2) limits.push([shares['handing off'], `${formatShare(shares['handing off'])} of their time goes into handing work off.`]);
  if (shares.away > NOTABLE) limits.push([shares.away, `${formatShare(shares.away)} of their time is over before they have started: the mark is too short for so many.`]);
  const slower = slowdown(first, last);
  if (slower > 1 / GOOD && isSlow && isSlowdownShown(first, last, slower)) limits.push([1 - 1 / slower, explainSlowdown(first, last, plainAlone)]);
  return limits.sort(([a], [b]) => b - a).slice(0, 2).map(([, sentence]) => sentence);
}

/** Reports whether the slowdown remains at the interval bounds that make it smallest. */
function isSlowdownShown(first: ScaleResult, last: ScaleResult, slower: number): boolean {
  if (!hasInterval(first) || !hasInterval(last)) return true;
  return slower * (last.interval.low / last.medianNs) * (first.medianNs / first.interval.high) > 1;
}

/** Returns the ratio of a thread's scanning time per object, with many threads over with few. */
function slowdown(first: ScaleResult, last: ScaleResult): number {
  return scanNsPerObject(last) / scanNsPerObject(first);
}

function scanNsPerObject({ medianNs, procs, objects, mark }: ScaleResult): number {
  const scanning = mark === undefined || mark.threads.length === 0 ? 1 : meanOf(mark.threads).shares.scanning;
  return (scanning * procs * medianNs) / objects;
}

function explainSlowdown(first: ScaleResult, last: ScaleResult, plainAlone: boolean): string {
  const [before, now] = [scanNsPerObject(first), scanNsPerObject(last)].map(formatNumber);
  const lost = (last.mark?.casFailed ?? 0) / last.objects;
  const causes = [
    ...(first.procs === 1 && plainAlone ? ['one thread marks plainly, several by CAS'] : []),
    lost > 0.01 ? `${formatShare(lost)} of the marks lose their CAS to another thread` : 'memory-bound, or lines of marks and buffers travel between caches',
  ];
  return `Scanning itself gets slower: ${before} ns an object with ${plural(first.procs, 'thread')}, ${now} with ${last.procs} (${causes.join('; ')}).`;
}
