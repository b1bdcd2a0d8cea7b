/**
 * A measurement as one SVG: time and speedup against threads, with intervals and the ideal line,
 * and the shares of each thread's time. The colours follow the viewer's preference for a dark background.
 */
import { printable } from '../base/printable.ts';
import { speedupBound, type GraphFacts } from '../verify/graph-facts.ts';
import { element, line, polyline, roundTicks, scaleOf, text, type Scale } from './svg.ts';
import { SHARES_STYLE, sharesPanel } from './shares-svg.ts';
import { hasInterval } from './scale-intervals.ts';
import { describeHeap } from './scale-table.ts';
import { formatNumber, timeColumn } from '../base/units.ts';
import { splitsObjects, type ScaleResult, type Scaling } from './scaling.ts';

const WIDTH = 800;
const PANEL = { top: 84, width: 316, height: 220 } as const;
const LEFT = [64, 464] as const;
/** Characters that fit the width. */
const TITLE_LENGTH = 88;
const LINE_LENGTH = 116;
/** Beyond this number of threads, all axes but that of times are logarithmic. */
const MOST_LINEAR = 8;

const STYLE = `
text{font:12px system-ui,sans-serif;fill:#424a53}.title{font-size:16px;font-weight:600;fill:#1f2328}.head{font-weight:600;fill:#1f2328}
.paper{fill:#fff}.grid{stroke:#d8dee4}.axis{stroke:#8c959f}.measured{stroke:#0969da;stroke-width:2}.dot{fill:#0969da}.interval{stroke:#0969da;stroke-width:1.5}.ideal{stroke:#8c959f;stroke-dasharray:5 4}.bound{stroke:#8250df;stroke-width:1.5;stroke-dasharray:1 4;stroke-linecap:round}.cores{stroke:#bf8700;stroke-dasharray:2 3}
@media(prefers-color-scheme:dark){text{fill:#9da7b3}.title,.head{fill:#e6edf3}.paper{fill:#0d1117}.grid{stroke:#262c33}.axis{stroke:#6e7681}.measured,.interval{stroke:#58a6ff}.dot{fill:#58a6ff}.ideal{stroke:#8b949e}.bound{stroke:#a371f7}.cores{stroke:#d29922}}
`;

/** Returns the document. */
export function scaleSvg(scaling: Scaling): string {
  const shares = sharesPanel(scaling, LEFT[0], PANEL.top + PANEL.height + 100, WIDTH - LEFT[0] - 20);
  const height = PANEL.top + PANEL.height + 70 + shares.height;
  return element('svg', { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${WIDTH} ${height}`, width: WIDTH, height, role: 'img' },
    element('title', {}, `${scaling.phase} time by threads`),
    element('style', {}, STYLE + SHARES_STYLE),
    element('rect', { class: 'paper', width: WIDTH, height }),
    text(LEFT[0], 30, printable(describeHeap(scaling), TITLE_LENGTH), { class: 'title' }),
    text(LEFT[0], 50, printable(describeSettings(scaling), LINE_LENGTH)),
    timePanel(scaling),
    speedupPanel(scaling),
    shares.drawing,
  ) + '\n';
}

function describeSettings({ phase, settings, cores, results, predictedFor }: Scaling): string {
  const set = Object.entries(settings).map(([name, value]) => `${name} ${value}`).join(', ');
  if (predictedFor !== undefined) return `${phase}, ${set}; predicted for ${printable(predictedFor)}, ${plural(cores)}`;
  const runs = results.map(({ ns }) => ns.length);
  const [least, most] = [Math.min(...runs), Math.max(...runs)];
  const medians = most === 1 ? 'one run each' : `medians of ${least === most ? least : `${least} to ${most}`} runs`;
  return `${phase}, ${set}; ${medians}${results.some(hasInterval) ? ', 95 % intervals' : ''}; ${plural(cores)}`;
}

/** The scales of a panel, and the drawing of its axes. */
interface Panel {
  readonly x: Scale;
  readonly y: Scale;
  readonly frame: string;
}

interface PanelPlan {
  readonly left: number;
  readonly head: string;
  readonly counts: readonly number[];
  readonly cores: number;
  readonly domain: readonly [number, number];
  readonly isLog: boolean;
  readonly ticks: readonly number[];
  readonly label: (value: number) => string;
}

function timePanel({ results, phase, cores }: Scaling): string {
  const tops = results.map((result) => (hasInterval(result) ? result.interval.high : result.medianNs));
  const ticks = roundTicks(Math.max(...tops), 5);
  const time = timeColumn(ticks.slice(1));
  const panel = drawPanel({
    left: LEFT[0], head: `${phase} time, ${time(ticks[1]).split(' ')[1]}`, counts: results.map(({ procs }) => procs), cores,
    domain: [0, ticks[ticks.length - 1]], isLog: false, ticks, label: (ns) => (ns === 0 ? '0' : String(parseFloat(time(ns)))),
  });
  const [low, high] = [(r: ScaleResult) => r.interval.low, (r: ScaleResult) => r.interval.high];
  return panel.frame + measured(results, panel, ({ medianNs }) => medianNs, low, high);
}

function speedupPanel({ results, cores, graph, settings }: Scaling): string {
  const counts = results.map(({ procs }) => procs);
  const [first] = results;
  const isLog = isLarge(counts);
  const most = counts[counts.length - 1] / first.procs;
  const of = (ns: number) => first.medianNs / ns;
  const boundOver = (facts: GraphFacts, threads: number) => speedupBound(facts, threads, splitsObjects(settings));
  const isLine = counts.length > 1;
  const bounds = graph === undefined || !isLine ? [] : counts.map((count) => boundOver(graph, count) / boundOver(graph, first.procs));
  // The domain covers all that is drawn, the bounds of intervals included.
  const shown = [1, most, ...bounds, ...results.flatMap((r) => (hasInterval(r) ? [r.medianNs, r.interval.low, r.interval.high] : [r.medianNs]).map(of))];
  const [lowest, highest] = [Math.min(...shown), Math.max(...shown)];
  const ticks = isLog ? powersOfTwo(lowest, highest) : roundTicks(highest, 5);
  const over = first.procs === 1 ? '1 thread' : `${first.procs} threads`;
  const panel = drawPanel({
    left: LEFT[1], head: `speedup over ${over}${isLog ? ', log' : ''}`, counts, cores,
    domain: [ticks[0], ticks[ticks.length - 1]], isLog, ticks, label: (value) => String(value),
  });
  const ideal = isLine ? [[panel.x(counts[0]), panel.y(1)], [panel.x(counts[counts.length - 1]), panel.y(most)]] as const : [];
  const bound = bounds.map((value, i) => [panel.x(counts[i]), panel.y(value)] as const);
  const legend = [...(isLine ? ['dashed: ideal'] : []), ...(bounds.length > 0 ? ['dotted: what the graph allows'] : [])];
  return panel.frame + drawn(ideal, 'ideal') + drawn(bound, 'bound') +
    (legend.length > 0 ? text(LEFT[1], PANEL.top + PANEL.height + 58, legend.join('; ')) : '') +
    measured(results, panel, (r) => of(r.medianNs), (r) => of(r.interval.high), (r) => of(r.interval.low)) +
    results.slice(1).map((r) => text(panel.x(r.procs) + 6, panel.y(of(r.medianNs)) + 16, formatNumber(of(r.medianNs)))).join('');
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

function drawPanel({ left, head, counts, cores, domain, isLog, ticks, label }: PanelPlan): Panel {
  const { top, width, height } = PANEL;
  const bottom = top + height;
  const inset = 18;
  const last = counts[counts.length - 1];
  const x = scaleOf([counts[0], last], [left + inset, left + width - inset], isLarge(counts));
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
      text(x(cores) + 5, top + 11, plural(cores)),
    ] : []),
  ].join('');
  return { x, y, frame };
}

function plural(cores: number): string {
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
