/**
 * Measurements and predictions of one heap as one SVG: time and speedup against threads, with intervals and the ideal
 * line, and the shares of each thread's time. The colours follow the viewer's preference for a dark background.
 */
import { printable } from '../base/printable.ts';
import { element, text } from './svg.ts';
import { SHARES_STYLE, sharesPanel } from './shares-svg.ts';
import { LEFT, PANEL, SERIES_STYLE, coresOf, speedupPanel, timePanel, type Series } from './scale-panels.ts';
import { hasInterval } from './scale-intervals.ts';
import { describeHeap } from './scale-table.ts';
import type { Scaling } from './scaling.ts';

const WIDTH = 800;
/** Characters that fit the width. */
const TITLE_LENGTH = 88;
const LINE_LENGTH = 116;

const STYLE = `
text{font:12px system-ui,sans-serif;fill:#424a53}.title{font-size:16px;font-weight:600;fill:#1f2328}.head{font-weight:600;fill:#1f2328}
.paper{fill:#fff}.grid{stroke:#d8dee4}.axis{stroke:#8c959f}.ideal{stroke:#8c959f;stroke-dasharray:5 4}.bound{stroke:#8250df;stroke-width:1.5;stroke-dasharray:1 4;stroke-linecap:round}.cores{stroke:#bf8700;stroke-dasharray:2 3}
@media(prefers-color-scheme:dark){text{fill:#9da7b3}.title,.head{fill:#e6edf3}.paper{fill:#0d1117}.grid{stroke:#262c33}.axis{stroke:#6e7681}.ideal{stroke:#8b949e}.bound{stroke:#a371f7}.cores{stroke:#d29922}}
`;

/**
 * Returns the drawing.
 * @param scaling the one that the titles are about
 * @param series the lines; the results of `scaling` alone by default
 * @param about further words for the second title: which series there are
 */
export function scaleSvg(scaling: Scaling, series: readonly Series[] = [{ label: '', results: scaling.results }], about = ''): string {
  const top = PANEL.top + PANEL.height + 100;
  const shares = series.length > 1 ? { drawing: '', height: 0 } : sharesPanel(scaling, LEFT[0], top, WIDTH - LEFT[0] - 20);
  const height = PANEL.top + PANEL.height + 70 + shares.height;
  return element('svg', { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${WIDTH} ${height}`, width: WIDTH, height, role: 'img' },
    element('title', {}, `${scaling.phase} time by threads`),
    element('style', {}, STYLE + SERIES_STYLE + SHARES_STYLE),
    element('rect', { class: 'paper', width: WIDTH, height }),
    text(LEFT[0], 30, printable(describeHeap(scaling), TITLE_LENGTH), { class: 'title' }),
    text(LEFT[0], 50, printable(describeSettings(scaling, series, about), LINE_LENGTH)),
    timePanel(scaling, series),
    speedupPanel(scaling, series),
    shares.drawing,
  ) + '\n';
}

/** Returns the drawing of measurements that differ in the setting `name` and in nothing else. */
export function sweepSvg(name: string, scalings: readonly Scaling[]): string {
  const { [name]: _, ...settings } = scalings[0].settings;
  const series = scalings.map((scaling) => ({ label: String(scaling.settings[name]), results: scaling.results }));
  // What the graph allows may depend on the setting.
  return scaleSvg({ ...scalings[0], settings, graph: undefined }, series, `by ${name}`);
}

function describeSettings({ phase, settings, cores, predictedFor }: Scaling, series: readonly Series[], about: string): string {
  const set = [phase, ...Object.entries(settings).map(([name, value]) => `${name} ${value}`), ...(about === '' ? [] : [about])].join(', ');
  if (predictedFor !== undefined) return `${set}; predicted for ${predictedFor}, ${coresOf(cores)}`;
  const results = series.flatMap((each) => each.results);
  const runs = results.map(({ ns }) => ns.length);
  const [least, most] = [Math.min(...runs), Math.max(...runs)];
  const medians = most === 1 ? 'one run each' : `medians of ${least === most ? least : `${least} to ${most}`} runs`;
  return `${set}; ${medians}${results.some(hasInterval) ? ', 95 % intervals' : ''}; ${coresOf(cores)}`;
}
