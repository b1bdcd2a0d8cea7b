/** What the lanes show, in figures: the critical path, time by thread and kind, and the longest slices. */
import { useMemo, useState } from 'preact/hooks';
import { formatShare, plural } from '../../base/units.ts';
import type { Collection } from '../../report/collections.ts';
import { IN_TRANSIT, type CriticalPath, type PathSegment } from '../../report/critical-path.ts';
import { NO_KIND } from '../../report/lane-slices.ts';
import { DataTable, type Column } from '../parts/data-table.tsx';
import { useTheme } from '../theme.tsx';
import { colorsOf, type Color } from './colors.ts';
import { longestOf, totalsOf, type Facts, type Prepared } from './prepared.ts';
import { cut } from './tip.tsx';
import { formatTime, momentsFormat, timesFormat } from './time.ts';

/** Shows a part of the timeline; `slice` is chosen if it is given. */
export type Jump = (fromNs: number, toNs: number, slice?: Facts) => void;

interface TablesProps {
  readonly prepared: Prepared;
  readonly collection: Collection;
  readonly path: CriticalPath;
  /** Where the axis says 0. */
  readonly originNs: number;
  readonly jump: Jump;
}

export function Tables(props: TablesProps) {
  return (
    <>
      <Path {...props} />
      <div>
        <Totals {...props} />
        <Longest {...props} />
      </div>
    </>
  );
}

/** Returns the name of a kind of the path's parts. */
function nameOf({ timeline }: Prepared, kind: number): string {
  if (kind === IN_TRANSIT) return 'on the way between threads';
  return kind === NO_KIND ? 'nothing recorded' : cut(timeline.kinds[kind]?.name ?? '?');
}

function useColors({ timeline }: Prepared): (kind: number) => Color {
  const theme = useTheme();
  const colors = useMemo(() => colorsOf(timeline.kinds, theme), [timeline, theme]);
  return (kind) => colors[kind] ?? { fill: theme.line, text: theme.ink };
}

function Kind({ name, color }: { readonly name: string; readonly color: Color }) {
  return <span class="kind"><i class="swatch" style={{ background: color.fill }} />{name}</span>;
}

/** Starts are told apart to this share of the collection. */
const RESOLUTION = 1e-4;
/** A part of less has no room for its name in the bar. */
const LEAST_NAMED = 0.1;

function Path({ prepared, path, originNs, jump }: TablesProps) {
  const colorOf = useColors(prepared);
  const time = (ns: number): string => formatTime(prepared.timeline.clock, ns);
  const { parts, segments, waitedNs, fromNs, toNs } = path;
  if (parts.length === 0) return null;
  const { clock } = prepared.timeline;
  const timeOfPart = timesFormat(clock, parts.map(({ ns }) => ns));
  const startOf = momentsFormat(clock, toNs - originNs, (toNs - fromNs) * RESOLUTION);
  const durationOf = timesFormat(clock, segments.map((segment) => segment.toNs - segment.fromNs));
  const laneName = ({ lane }: PathSegment): string => cut(prepared.timeline.lanes[lane].name);
  return (
    <div>
      <h3>Critical path: {time(toNs - fromNs)}</h3>
      <p class="about">The chain of work that decided when the mark ended, over {plural(new Set(segments.map(({ lane }) => lane)).size, 'thread')}. {waitedNs > 0 ? `For ${time(waitedNs)} of it no thread worked on the chain.` : 'A thread worked on it at every moment.'}</p>
      <div class="parts" role="img" aria-label={`The critical path is ${parts.map((part) => `${formatShare(part.share)} ${nameOf(prepared, part.kind)}`).join(', ')}`}>
        {parts.map(({ kind, share }) => (
          <span key={kind} style={{ flexGrow: share, background: colorOf(kind).fill, color: colorOf(kind).text }}>{share >= LEAST_NAMED && nameOf(prepared, kind)}</span>
        ))}
      </div>
      <DataTable
        caption="What the critical path is made of"
        rows={parts}
        columns={[
          { name: 'kind', value: ({ kind }) => nameOf(prepared, kind), show: ({ kind }) => <Kind name={nameOf(prepared, kind)} color={colorOf(kind)} /> },
          { name: 'time', value: ({ ns }) => ns, show: ({ ns }) => timeOfPart(ns) },
          { name: 'share', value: ({ share }) => share, show: ({ share }) => `${(share * 100).toFixed(1)} %` },
        ]}
      />
      <DataTable
        caption="Critical path step by step"
        rows={segments}
        limit={6}
        onChoose={(segment) => jump(segment.fromNs, segment.toNs)}
        columns={[
          { name: 'kind', value: ({ kind }) => nameOf(prepared, kind), show: ({ kind }) => <Kind name={nameOf(prepared, kind)} color={colorOf(kind)} /> },
          { name: 'thread', value: laneName },
          { name: 'start', value: (segment) => segment.fromNs, show: (segment) => startOf(segment.fromNs - originNs) },
          { name: 'duration', value: (segment) => segment.toNs - segment.fromNs, show: (segment) => durationOf(segment.toNs - segment.fromNs) },
        ]}
      />
    </div>
  );
}

function Totals({ prepared, collection }: TablesProps) {
  const { timeline } = prepared;
  const rows = useMemo(() => totalsOf(prepared, collection).map((totals, lane) => ({ lane, totals })), [prepared, collection]);
  const kinds = timeline.kinds.map((kind, i) => ({ name: cut(kind.name), i })).filter(({ i }) => rows.some(({ totals }) => totals[i] > 0));
  const time = timesFormat(timeline.clock, rows.flatMap(({ totals }) => totals));
  const columns: Column<(typeof rows)[number]>[] = [
    { name: 'thread', value: ({ lane }) => cut(timeline.lanes[lane].name) },
    ...kinds.map(({ name, i }): Column<(typeof rows)[number]> => ({
      name,
      value: ({ totals }) => totals[i],
      show: ({ totals }) => (totals[i] === 0 ? '–' : time(totals[i])),
    })),
  ];
  return (
    <DataTable caption="Time by thread and kind in the collection" rows={rows} columns={columns} limit={16} />
  );
}

/** The table has at most so many rows. */
const MOST_ROWS = 500;

function Longest({ prepared, collection, originNs, jump }: TablesProps) {
  const { timeline } = prepared;
  const colorOf = useColors(prepared);
  const [kind, setKind] = useState('');
  const all = useMemo(() => longestOf(prepared), [prepared]);
  const rows = useMemo(() => all.filter((facts) => kind === '' || timeline.lanes[facts.lane].kind[facts.slice] === Number(kind)).slice(0, MOST_ROWS), [all, kind]);
  const startOf = momentsFormat(timeline.clock, collection.toNs - originNs, (collection.toNs - collection.fromNs) * RESOLUTION);
  const durationOf = timesFormat(timeline.clock, rows.map(({ durationNs }) => durationNs));
  return (
    <div class="longest">
      <label>
        Kind of slices{' '}
        <select value={kind} onChange={({ currentTarget }) => setKind(currentTarget.value)}>
          <option value="">all</option>
          {timeline.kinds.map(({ name }, i) => <option key={i} value={String(i)}>{cut(name)}</option>)}
        </select>
      </label>
      <DataTable
        caption="Longest slices"
        rows={rows}
        onChoose={(facts) => jump(facts.startNs, facts.startNs + facts.durationNs, facts)}
        columns={[
          { name: 'kind', value: (facts) => cut(facts.kind), show: (facts) => <Kind name={cut(facts.kind)} color={colorOf(timeline.lanes[facts.lane].kind[facts.slice])} /> },
          { name: 'thread', value: ({ laneName }) => cut(laneName) },
          { name: 'start', value: ({ startNs }) => startNs, show: ({ startNs }) => startOf(startNs - originNs) },
          { name: 'duration', value: ({ durationNs }) => durationNs, show: ({ durationNs }) => durationOf(durationNs) },
          { name: 'detail', value: ({ detail }) => detail && cut(detail) },
        ]}
      />
    </div>
  );
}
