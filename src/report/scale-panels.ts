/** The two plots of a scaling drawing: time and speedup against threads, a line for each series. */
import { printable } from '../base/printable.ts';
import { speedupBound, type GraphFacts } from '../verify/graph-facts.ts';
import { formatNumber, timeColumn } from '../base/units.ts';
import { hasInterval } from './scale-intervals.ts';
import { resultOf, splitsObjects, type ScaleResult, type Scaling } from './scaling.ts';
import { element, line, polyline, roundTicks, scaleOf, text, type Scale } from './svg.ts';

/** The results of one measurement or prediction. */
export interface Series {
  /** What tells it from the others; it stands at the end of its line if there are several. */
  readonly label: string;
  /** In ascending order of threads. */
  readonly results: readonly ScaleResult[];
}

/** Returns the series of a document's results. */
export function seriesOf(label: string, results: readonly { readonly procs: number; readonly ns: readonly number[] }[]): Series {
  return { label, results: results.map(({ procs, ns }) => resultOf(procs, ns.map((each) => ({ ns: each, objects: 0, bytes: 0 })))) };
}

export const PANEL = { top: 84, width: 316, height: 220 } as const;
export const LEFT = [64, 464] as const;
/** Beyond this number of threads, all axes but that of times are logarithmic. */
const MOST_LINEAR = 8;
/** Characters and pixels of the labels at the ends of lines, and the space between two of them. */
const LABEL_LENGTH = 14;
const CHARACTER = 7;
const LABEL_HEIGHT = 15;
/** Pixels between the frame and the first and last points, and between the points of two series at most. */
const INSET = 18;
const MOST_ASIDE = 6;

/** Colours of series, which repeat after the last. */
const COLOURS = [
  ['#0969da', '#58a6ff'], ['#b35900', '#f0a45d'], ['#1a7f37', '#56d364'], ['#8250df', '#b999ff'],
  ['#bf3989', '#f778ba'], ['#0b7285', '#56d4dd'], ['#7a5c00', '#d9b44a'], ['#59636e', '#9da7b3'],
] as const;

const rules = (which: 0 | 1) => COLOURS.map((colour, i) =>
  `.s${i} .measured,.s${i} .interval,.s${i} .leader{stroke:${colour[which]}}.s${i} .dot,.s${i} .label{fill:${colour[which]}}`).join('');
export const SERIES_STYLE = `.measured{stroke-width:2}.interval{stroke-width:1.5}.label{font-weight:600}.leader{opacity:.4}\n${rules(0)}\n@media(prefers-color-scheme:dark){${rules(1)}}\n`;

/** The scales of a panel, and the drawing of its axes. */
interface Panel {
  readonly x: Scale;
  readonly y: Scale;
  readonly right: number;
  readonly frame: string;
}

interface PanelPlan {
  readonly left: number;
  /** Width for the labels at the right. */
  readonly gutter: number;
  readonly head: string;
  readonly counts: readonly number[];
  readonly cores: number;
  readonly domain: readonly [number, number];
  readonly isLog: boolean;
  readonly ticks: readonly number[];
  readonly label: (value: number) => string;
}

export function timePanel({ phase, cores }: Scaling, series: readonly Series[]): string {
  const results = series.flatMap((each) => each.results);
  const tops = results.map((result) => (hasInterval(result) ? result.interval.high : result.medianNs));
  const ticks = roundTicks(Math.max(...tops), 5);
  const time = timeColumn(ticks.slice(1));
  const panel = drawPanel({
    left: LEFT[0], gutter: gutterOf(series, 0), head: `${phase} time, ${time(ticks[1]).split(' ')[1]}`, counts: countsOf(series), cores,
    domain: [0, ticks[ticks.length - 1]], isLog: false, ticks, label: (ns) => (ns === 0 ? '0' : String(parseFloat(time(ns)))),
  });
  const lines = series.map((each, i) => measured(each.results, aside(panel, i, series), ({ medianNs }) => medianNs, ({ interval }) => interval.low, ({ interval }) => interval.high));
  return panel.frame + grouped(lines, endLabels(series, panel, (_, last) => last.medianNs, () => ''));
}

export function speedupPanel({ cores, graph, settings }: Scaling, series: readonly Series[]): string {
  const counts = countsOf(series);
  const base = counts[0];
  const isLog = isLarge(counts);
  const most = counts[counts.length - 1] / base;
  const of = ({ results }: Series, ns: number) => results[0].medianNs / ns;
  const boundOver = (facts: GraphFacts, threads: number) => speedupBound(facts, threads, splitsObjects(settings));
  const isLine = counts.length > 1;
  const bounds = graph === undefined || !isLine ? [] : counts.map((count) => boundOver(graph, count) / boundOver(graph, base));
  // The domain covers all that is drawn, the bounds of intervals included.
  const shown = [1, most, ...bounds, ...series.flatMap((each) => each.results.flatMap((r) => (hasInterval(r) ? [r.medianNs, r.interval.low, r.interval.high] : [r.medianNs]).map((ns) => of(each, ns))))];
  const [lowest, highest] = [Math.min(...shown), Math.max(...shown)];
  const ticks = isLog ? powersOfTwo(lowest, highest) : roundTicks(highest, 5);
  const over = series.some(({ results }) => results[0].procs !== base) ? 'the fewest threads' : base === 1 ? '1 thread' : `${base} threads`;
  const panel = drawPanel({
    left: LEFT[1], gutter: gutterOf(series, 5), head: `speedup over ${over}${isLog ? ', log' : ''}`, counts, cores,
    domain: [ticks[0], ticks[ticks.length - 1]], isLog, ticks, label: (value) => String(value),
  });
  const ideal = isLine ? [[panel.x(base), panel.y(1)], [panel.x(counts[counts.length - 1]), panel.y(most)]] as const : [];
  const bound = bounds.map((value, i) => [panel.x(counts[i]), panel.y(value)] as const);
  const legend = [...(isLine ? ['dashed: ideal'] : []), ...(bounds.length > 0 ? ['dotted: what the graph allows'] : [])];
  const lines = series.map((each, i) => measured(each.results, aside(panel, i, series), (r) => of(each, r.medianNs), (r) => of(each, r.interval.high), (r) => of(each, r.interval.low)));
  const numbers = series.length > 1 ? '' : series[0].results.slice(1).map((r) => text(panel.x(r.procs) + 6, panel.y(of(series[0], r.medianNs)) + 16, formatNumber(of(series[0], r.medianNs)))).join('');
  return panel.frame + drawn(ideal, 'ideal') + drawn(bound, 'bound') +
    (legend.length > 0 ? text(LEFT[1], PANEL.top + PANEL.height + 58, legend.join('; ')) : '') +
    grouped(lines, endLabels(series, panel, (each, last) => of(each, last.medianNs), (value) => ` ${formatNumber(value)}`)) + numbers;
}

/** Returns the numbers of threads of all series. */
function countsOf(series: readonly Series[]): number[] {
  return [...new Set(series.flatMap(({ results }) => results.map(({ procs }) => procs)))].sort((a, b) => a - b);
}

/** Returns the width for labels with `more` characters each; 0 for a lone series, which has none. */
function gutterOf(series: readonly Series[], more: number): number {
  return series.length < 2 ? 0 : CHARACTER * (Math.max(...series.map(({ label }) => shortened(label).length)) + more);
}

function shortened(label: string): string {
  return printable(label, LABEL_LENGTH);
}

/** Moves series `i` a little to the side, so that its intervals don't cover those of the others. */
function aside(panel: Panel, i: number, { length }: readonly Series[]): Panel {
  const step = Math.min(MOST_ASIDE, (2 * INSET - MOST_ASIDE) / length);
  return { ...panel, x: (procs) => panel.x(procs) + (i - (length - 1) / 2) * step };
}

/** Returns a label for each series beside the end of its line, moved apart where they would overlap. */
function endLabels(series: readonly Series[], { x, y, right }: Panel, value: (series: Series, last: ScaleResult) => number, number: (value: number) => string): string[] {
  if (series.length < 2) return series.map(() => '');
  const ends = series.map((each, i) => {
    const last = each.results[each.results.length - 1];
    const at = value(each, last);
    return { i, words: shortened(each.label) + number(at), from: [x(last.procs), y(at)] as const, y: y(at) };
  }).sort((a, b) => a.y - b.y);
  const bottom = PANEL.top + PANEL.height;
  for (let i = 1; i < ends.length; i++) ends[i].y = Math.max(ends[i].y, ends[i - 1].y + LABEL_HEIGHT);
  ends[ends.length - 1].y = Math.min(ends[ends.length - 1].y, bottom);
  for (let i = ends.length - 2; i >= 0; i--) ends[i].y = Math.min(ends[i].y, ends[i + 1].y - LABEL_HEIGHT);
  return ends.sort((a, b) => a.i - b.i).map(({ words, from, y: at }) =>
    line(from[0] + 6, from[1], right + 4, at, { class: 'leader' }) + text(right + 8, at + 4, words, { class: 'label' }));
}

/** Returns each line with its label, in a group of the series' colour. */
function grouped(lines: readonly string[], labels: readonly string[]): string {
  return lines.map((each, i) => element('g', { class: `s${i % COLOURS.length}` }, each, labels[i])).join('');
}

/** Returns a line through the points; '' if there are none. */
function drawn(points: readonly (readonly [x: number, y: number])[], name: string): string {
  return points.length === 0 ? '' : polyline(points, { class: name });
}

function isLarge(counts: readonly number[]): boolean {
  return counts[counts.length - 1] > MOST_LINEAR;
}

function powersOfTwo(low: number, high: number): number[] {
  const from = Math.floor(Math.log2(low));
  return Array.from({ length: Math.ceil(Math.log2(high)) - from + 1 }, (_, i) => 2 ** (from + i));
}

function drawPanel({ left, gutter, head, counts, cores, domain, isLog, ticks, label }: PanelPlan): Panel {
  const { top, height } = PANEL;
  const width = PANEL.width - gutter;
  const bottom = top + height;
  const last = counts[counts.length - 1];
  const x = scaleOf([counts[0], last], [left + INSET, left + width - INSET], isLarge(counts));
  const y = scaleOf(domain, [bottom, top], isLog);
  const frame = [
    text(left, top - 12, head, { class: 'head' }),
    ...ticks.flatMap((tick) => [
      line(left, y(tick), left + width, y(tick), { class: tick === domain[0] ? 'axis' : 'grid' }),
      text(left - 8, y(tick) + 4, label(tick), { 'text-anchor': 'end' }),
    ]),
    ...counts.map((count) => text(x(count), bottom + 18, String(count), { 'text-anchor': 'middle' })),
    text(left + width / 2, bottom + 38, isLarge(counts) ? 'threads, log' : 'threads', { 'text-anchor': 'middle' }),
    ...(last > cores && counts[0] <= cores ? [
      line(x(cores), top, x(cores), bottom, { class: 'cores' }),
      text(x(cores) + 5, top + 11, coresOf(cores)),
    ] : []),
  ].join('');
  return { x, y, right: left + width, frame };
}

export function coresOf(cores: number): string {
  return cores === 1 ? '1 core' : `${cores} cores`;
}

/** Returns a line with dots, and whiskers for results with an interval. */
function measured(results: readonly ScaleResult[], { x, y }: Panel, value: (r: ScaleResult) => number, low: (r: ScaleResult) => number, high: (r: ScaleResult) => number): string {
  const whiskers = results.filter(hasInterval).flatMap((r) => [
    line(x(r.procs), y(low(r)), x(r.procs), y(high(r)), { class: 'interval' }),
    ...[low(r), high(r)].map((bound) => line(x(r.procs) - 5, y(bound), x(r.procs) + 5, y(bound), { class: 'interval' })),
  ]);
  const dots = results.map((r) => element('circle', { class: 'dot', cx: x(r.procs), cy: y(value(r)), r: 3.5 }));
  return polyline(results.map((r) => [x(r.procs), y(value(r))]), { class: 'measured' }) + whiskers.join('') + dots.join('');
}
