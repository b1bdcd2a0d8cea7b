/** View 3: the heap over time, its pauses, and what they leave to the program. */
import { useMemo, useState } from 'preact/hooks';
import { formatBytes, formatCount, formatNs, formatNumber, formatShare, plural } from '../../base/units.ts';
import type { History } from '../../report/history.ts';
import { utilizationCurve } from '../../report/mmu.ts';
import { momentsOf, pausesOf, percentilesOf, windowsOf, type Moment } from '../heap-history.ts';
import { Chart } from '../parts/chart.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { CURVES, HeapCurves } from '../parts/heap-curves.tsx';
import { useTheme } from '../theme.tsx';
import type { View } from '../view.ts';

interface NamedHistory {
  readonly name: string;
  readonly history: History;
}

export const history: View<readonly NamedHistory[]> = {
  id: 'heap-over-time',
  title: 'Heap over time',
  about: 'The heap while the machine ran, and below it a bar for each pause. Time that the machine spent waiting for sweepgen at checkpoints is left out. The minimum mutator utilization (MMU) is the least share of time that the program had in any window of a length.',
  find(documents) {
    const histories = documents.flatMap(({ name, document }) => ('history' in document && document.history !== undefined ? [{ name, history: document.history }] : []));
    return histories.length === 0 ? undefined : histories;
  },
  Show: ({ data }) => <Histories histories={data} />,
};

function Histories({ histories }: { readonly histories: readonly NamedHistory[] }) {
  const [chosen, choose] = useState(0);
  return (
    <>
      {histories.length > 1 && (
        <label class="row">Document{' '}
          <select value={chosen} onChange={({ currentTarget }) => choose(Number(currentTarget.value))}>
            {histories.map(({ name }, i) => <option key={i} value={i}>{name}</option>)}
          </select>
        </label>
      )}
      <One key={chosen} history={histories[chosen].history} />
      <Utilization histories={histories} chosen={chosen} />
    </>
  );
}

function One({ history: field }: { readonly history: History }) {
  const moments = useMemo(() => momentsOf(field), [field]);
  const pauses = useMemo(() => pausesOf(field), [field]);
  const [cursor, setCursor] = useState(Math.max(0, moments.length - 1));
  const pausedNs = pauses.reduce((sum, { durationNs }) => sum + durationNs, 0);
  const label = `Heap over ${formatNs(field.endNs)}: ${plural(moments.length, 'sample')}, ${plural(pauses.length, 'pause')}. The tables below have the values.`;
  return (
    <>
      <ul class="facts">
        <li>{formatNs(field.endNs)} of run</li>
        <li>{plural(pauses.length, 'collection')}</li>
        <li>{formatNs(pausedNs)} paused, {percent(field.endNs > 0 ? pausedNs / field.endNs : 0)} of the time</li>
      </ul>
      {moments.length > 0 && <Legend moment={moments[cursor]} />}
      <HeapCurves label={label} moments={moments} pauses={pauses} endNs={field.endNs} cursor={cursor} onCursor={setCursor} />
      {moments.length > 1 && (
        <label class="row moments">Moment{' '}
          <input type="range" min={0} max={moments.length - 1} value={cursor} aria-valuetext={describe(moments[cursor])} onInput={({ currentTarget }) => setCursor(Number(currentTarget.value))} />
        </label>
      )}
      <details>
        <summary>Samples and pauses as tables</summary>
        <div class="panels">
          <DataTable
            caption="Samples of the heap"
            rows={moments}
            columns={[
              { name: 'time', value: ({ atNs }) => atNs, show: ({ atNs }) => formatNs(atNs) },
              ...CURVES.toReversed().map(({ name, value }) => ({ name, value: (moment: Moment) => value(moment) ?? undefined, show: (moment: Moment) => bytesOr(value(moment)) })),
            ]}
          />
          <DataTable
            caption="Pauses"
            rows={pauses}
            columns={[
              { name: 'collection', value: ({ cycle }) => cycle, show: ({ cycle }) => formatCount(cycle) },
              { name: 'start', value: ({ startNs }) => startNs, show: ({ startNs }) => formatNs(startNs) },
              { name: 'length', value: ({ durationNs }) => durationNs, show: ({ durationNs }) => formatNs(durationNs) },
              { name: 'allocated after the mark', value: ({ allocated }) => allocated, show: ({ allocated }) => formatBytes(allocated) },
            ]}
          />
        </div>
      </details>
    </>
  );
}

function bytesOr(bytes: number | null): string {
  return bytes === null ? '–' : formatBytes(bytes);
}

function percent(share: number): string {
  return `${formatNumber(share * 100)} %`;
}

function describe(moment: Moment): string {
  return `${formatNs(moment.atNs)}: ${CURVES.map(({ name, value }) => `${name} ${bytesOr(value(moment))}`).join(', ')}`;
}

/** The names of the curves, with their values at the cursor. */
function Legend({ moment }: { readonly moment: Moment }) {
  const theme = useTheme();
  return (
    <ul class="facts key curves" aria-label="Curves">
      <li><span class="muted">at</span> <b>{formatNs(moment.atNs)}</b></li>
      {CURVES.toReversed().map(({ name, about, value, color, dash }) => (
        <li key={name} title={about}><i class="stroke" style={{ borderTop: `2px ${dash === undefined ? 'solid' : dash[0] === 1 ? 'dotted' : 'dashed'} ${color(theme)}` }} /> {name} <b>{bytesOr(value(moment))}</b></li>
      ))}
    </ul>
  );
}

/** The windows from which on the axis begins. */
const FIRST_NS = 1e6;

function Utilization({ histories, chosen }: { readonly histories: readonly NamedHistory[]; readonly chosen: number }) {
  const { history: field } = histories[chosen];
  const curves = useMemo(() => histories.map(({ history: { pauses, endNs } }) => utilizationCurve({ ...pauses, endNs })), [histories]);
  const percentiles = percentilesOf(field);
  const windows = windowsOf(field);
  const longest = Math.max(2 * FIRST_NS, ...histories.map(({ history: { endNs } }) => endNs));
  return (
    <div class="panels">
      <div>
        <h3>Minimum mutator utilization</h3>
        <Chart
          label={`Minimum mutator utilization by window: ${windows.map(({ windowNs, share }) => `${formatNs(windowNs)} ${percent(share)}`).join(', ')}`}
          height={240}
          curves={curves.map((curve, i) => ({ name: histories.length === 1 ? '' : histories[i].name, color: i, form: 'line', points: curve.map(({ windowNs, share }) => ({ x: windowNs, y: share })) }))}
          x={{ name: 'window', isLog: true, format: decade, range: [FIRST_NS, longest], ticks: decades(longest) }}
          y={{ name: 'share of the program', format: formatShare, range: [0, 1.02], ticks: [0, 0.25, 0.5, 0.75, 1] }}
        />
      </div>
      <div>
        <DataTable
          caption="Percentiles of the pauses"
          rows={percentiles}
          columns={[
            { name: 'pauses', value: ({ share }) => share, show: ({ share }) => (share === 1 ? 'all' : formatShare(share)) },
            { name: 'at most', value: ({ ns }) => ns, show: ({ ns }) => formatNs(ns) },
          ]}
        />
        <DataTable
          caption="Minimum mutator utilization"
          rows={windows}
          columns={[
            { name: 'window', value: ({ windowNs }) => windowNs, show: ({ windowNs }) => (windowNs === field.endNs ? `the run, ${formatNs(windowNs)}` : formatNs(windowNs)) },
            { name: 'least share of the program', value: ({ share }) => share, show: ({ share }) => percent(share) },
          ]}
        />
      </div>
    </div>
  );
}

function decades(most: number): number[] {
  const ticks: number[] = [];
  for (let ns = FIRST_NS; ns <= most; ns *= 10) ticks.push(ns);
  return ticks;
}

function decade(ns: number): string {
  return ns >= 1e9 ? `${ns / 1e9} s` : `${ns / 1e6} ms`;
}
