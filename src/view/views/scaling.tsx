/** View 1: time and speedup against threads. */
import { useState } from 'preact/hooks';
import { formatCount, formatNs, formatNumber } from '../../base/units.ts';
import { formatError, formatEstimate } from '../../report/laws-table.ts';
import { speedupOf } from '../../report/scaling-fit.ts';
import type { FittedLaw } from '../../report/scaling-laws.ts';
import { Chart, type Curve } from '../parts/chart.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { findSeries, type Series } from '../scaling-series.ts';
import type { View } from '../view.ts';

export const scaling: View<readonly Series[]> = {
  id: 'scaling',
  title: 'Scaling',
  about: 'Time of a phase and its speedup by the number of threads. Whiskers are 95 % intervals of the median. The straight line is the ideal, the dotted one the most that the graph of objects allows, and dashed ones are laws fitted to the points.',
  find: findSeries,
  Show: ({ data }) => <Scaling series={data} />,
};

/** From this number of threads on, the axes are logarithmic at first. */
const MANY = 9;
/** Points of a fitted curve. */
const STEPS = 60;
/** The number of curves up to which laws are drawn at first. */
const FEW = 3;

function Scaling({ series }: { readonly series: readonly Series[] }) {
  const most = Math.max(...series.flatMap(({ points }) => points.map(({ procs }) => procs)));
  const [isLog, setLog] = useState(most >= MANY);
  const [showsLaws, setLaws] = useState(series.length <= FEW);
  const threads = { name: 'threads', isLog, format: formatCount, range: [1, Math.max(2, most)] as const, ticks: threadTicks(series, most) };
  const times = series.flatMap(({ points }) => points.flatMap(({ ns, lowNs = ns, highNs = ns }) => [lowNs, highNs]));
  const slowest = Math.max(...times);
  const timeRange = isLog ? [Math.min(...times) * 0.8, slowest * 1.25] as const : [0, slowest * 1.05] as const;
  return (
    <>
      <div class="row">
        <label><input type="checkbox" checked={isLog} onChange={({ currentTarget }) => setLog(currentTarget.checked)} /> Logarithmic axes</label>
        <label><input type="checkbox" checked={showsLaws} onChange={({ currentTarget }) => setLaws(currentTarget.checked)} /> Fitted laws</label>
      </div>
      <div class="panels">
        <div>
          <h3>Time</h3>
          <Chart label={`Time by threads. ${describe(series)}`} curves={series.map(timeCurve)} x={threads} y={{ name: 'time', isLog, format: formatNs, range: timeRange }} />
        </div>
        <div>
          <h3>Speedup over one thread</h3>
          <Chart
            label={`Speedup by threads. ${describe(series)}`}
            curves={[idealCurve(most), ...series.flatMap((each, i) => speedupCurves(each, i)), ...(showsLaws ? series.flatMap(({ laws }, i) => laws.map((law) => lawCurve(law, i, most))) : [])]}
            x={threads}
            y={{ name: 'speedup', isLog, format: formatNumber, range: [isLog ? 0.5 : 0, Math.max(2, most) * 1.05] }}
          />
        </div>
      </div>
      <Points series={series} />
      <Laws series={series} />
      {series.flatMap(({ limits }) => limits).map((sentence, i) => <p key={i}>{sentence}</p>)}
    </>
  );
}

function describe(series: readonly Series[]): string {
  return series.map(({ name, points }) => `${name}: ${points.map(({ procs, ns }) => `${procs} ${procs === 1 ? 'thread' : 'threads'} ${formatNs(ns)}`).join(', ')}`).join('; ');
}

/** Marks every measured number of threads if they are few, else powers of two. */
function threadTicks(series: readonly Series[], most: number): number[] {
  const measured = [...new Set(series.flatMap(({ points }) => points.map(({ procs }) => procs)))].sort((a, b) => a - b);
  return measured.length <= MANY ? measured : Array.from({ length: Math.floor(Math.log2(most)) + 1 }, (_, i) => 2 ** i);
}

function timeCurve({ label: name, isPredicted, points }: Series, i: number): Curve {
  return { name, color: i, form: isPredicted ? 'predicted' : 'measured', points: points.map(({ procs, ns, lowNs, highNs }) => ({ x: procs, y: ns, low: lowNs, high: highNs })) };
}

function idealCurve(most: number): Curve {
  return { name: 'ideal', form: 'law', points: [1, most].map((n) => ({ x: n, y: n })) };
}

function speedupCurves({ label: name, isPredicted, points, bounds }: Series, i: number): Curve[] {
  const [{ ns: first, speedup }] = points;
  // Bounds of the time are bounds of the speedup, the other way round.
  const over = (ns: number | undefined) => (ns === undefined ? undefined : (first * speedup) / ns);
  return [
    { name, color: i, form: isPredicted ? 'predicted' : 'measured', points: points.map(({ procs, speedup: y, lowNs, highNs }) => ({ x: procs, y, low: over(highNs), high: over(lowNs) })) },
    ...(bounds.length > 1 ? [{ name: 'graph allows', color: i, form: 'bound' as const, points: bounds.map(({ procs, speedup: y }) => ({ x: procs, y })) }] : []),
  ];
}

function lawCurve(law: FittedLaw, i: number, most: number): Curve {
  const threads = Array.from({ length: STEPS + 1 }, (_, step) => most ** (step / STEPS));
  return { name: law.law, color: i, form: 'law', points: threads.map((n) => ({ x: n, y: speedupOf(law, n) })) };
}

function Points({ series }: { readonly series: readonly Series[] }) {
  const rows = series.flatMap(({ name, points }) => points.map((point) => ({ name, ...point })));
  return (
    <DataTable
      caption="Measured and predicted points"
      rows={rows}
      columns={[
        { name: 'series', value: ({ name }) => name },
        { name: 'threads', value: ({ procs }) => procs },
        { name: 'median time', value: ({ ns }) => ns, show: ({ ns }) => formatNs(ns) },
        { name: '95 % interval', value: ({ lowNs }) => lowNs, show: ({ lowNs, highNs }) => (lowNs === undefined || highNs === undefined ? '–' : `${formatNs(lowNs)} – ${formatNs(highNs)}`) },
        { name: 'speedup', value: ({ speedup }) => speedup, show: ({ speedup }) => formatNumber(speedup) },
        { name: 'runs', value: ({ runs }) => runs },
      ]}
    />
  );
}

function Laws({ series }: { readonly series: readonly Series[] }) {
  const rows = series.flatMap(({ name, laws }) => laws.map((law) => ({ name, law })));
  if (rows.length === 0) return <p class="muted">A law of scaling needs times with one thread and with more.</p>;
  return (
    <>
      <DataTable
        caption="Fitted laws, with 95 % intervals"
        rows={rows}
        columns={[
          { name: 'series', value: ({ name }) => name },
          { name: 'law', value: ({ law }) => law.law },
          { name: 'serial share', value: ({ law }) => law.contention, show: ({ law }) => formatEstimate(law, 'contention') },
          { name: 'coherence', value: ({ law }) => law.coherence, show: ({ law }) => formatEstimate(law, 'coherence') },
          { name: 'best threads', value: ({ law }) => law.best, show: ({ law }) => formatEstimate(law, 'best') },
          { name: 'largest speedup', value: ({ law }) => law.limit, show: ({ law }) => formatEstimate(law, 'limit') },
          { name: 'largest error', value: ({ law }) => law.error, show: ({ law }) => formatError(law) },
        ]}
      />
      {series.some(({ laws }) => laws.length < 2) && <p class="muted">The Universal Scalability Law has two parameters: it needs times with at least three numbers of threads, one among them, and none beyond the cores.</p>}
    </>
  );
}
