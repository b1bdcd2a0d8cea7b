/** One timeline, or two one below the other with one time scale, and their tables. */
import { createRef } from 'preact';
import { useCallback, useMemo, useRef, useState } from 'preact/hooks';
import { plural } from '../../base/units.ts';
import type { Collection } from '../../report/collections.ts';
import { criticalPath, type CriticalPath } from '../../report/critical-path.ts';
import { useTheme } from '../theme.tsx';
import { colorsOf } from './colors.ts';
import { MOST_FLOWS } from './draw-links.ts';
import { titleOf } from './find-timelines.ts';
import { Lanes, type Layers } from './lanes.tsx';
import { Overview } from './overview.tsx';
import type { Prepared, SliceRef } from './prepared.ts';
import { around, within, zoomed, type Range } from './range.ts';
import { Tables } from './tables.tsx';
import { cut } from './tip.tsx';
import { formatTime } from './time.ts';

/** A timeline with the collection of it that is looked at. */
interface Shown {
  readonly prepared: Prepared;
  readonly collection: Collection;
  readonly path: CriticalPath;
  readonly originNs: number;
}

/** Room around a collection, of its duration. */
const MARGIN = 0.03;

/** Returns `prepared` with one of its collections. If timelines are compared, the axis says 0 where each began to mark. */
function show(prepared: Prepared, at: number, isCompared: boolean): Shown {
  const collection = prepared.collections[at];
  return { prepared, collection, path: criticalPath(prepared.timeline, collection), originNs: isCompared ? collection.markNs : 0 };
}

/** Returns the whole of all that is shown. */
function wholeOf(shown: readonly Shown[]): Range {
  return {
    fromNs: Math.min(...shown.map(({ originNs }) => -originNs)),
    toNs: Math.max(1, ...shown.map(({ prepared, originNs }) => prepared.timeline.endNs - originNs)),
  };
}

/** Returns the range of the collections, with some room around. */
function collectionsRange(shown: readonly Shown[]): Range {
  const fromNs = Math.min(...shown.map(({ collection, originNs }) => collection.fromNs - originNs));
  const toNs = Math.max(...shown.map(({ collection, originNs }) => collection.toNs - originNs));
  const room = (toNs - fromNs) * MARGIN;
  const whole = wholeOf(shown);
  return within(whole, { fromNs: Math.max(whole.fromNs, fromNs - room), toNs: Math.min(whole.toNs, toNs + room) });
}

/** Returns the index of the longest collection. */
function longestCollection({ collections }: Prepared): number {
  const lengths = collections.map(({ fromNs, toNs }) => toNs - fromNs);
  return lengths.indexOf(Math.max(...lengths));
}

export function Board({ timelines }: { readonly timelines: readonly Prepared[] }) {
  const [chosen, setChosen] = useState(() => timelines.map(longestCollection));
  const shown = useMemo(() => timelines.map((prepared, i) => show(prepared, chosen[i], timelines.length > 1)), [timelines, chosen]);
  const whole = useMemo(() => wholeOf(shown), [shown]);
  const [range, setRange] = useState(() => collectionsRange(shown));
  const [layers, setLayers] = useState<Layers>({ flows: true, path: true });
  const [selected, setSelected] = useState<{ readonly chart: number; readonly slice: SliceRef }>();
  const canvases = useRef(timelines.map(() => createRef<HTMLCanvasElement>()));

  const jump = useCallback((chart: number, fromNs: number, toNs: number, slice: SliceRef | undefined) => {
    const { originNs } = shown[chart];
    setRange(around(whole, fromNs - originNs, toNs - originNs));
    setSelected(slice && { chart, slice });
    canvases.current[chart].current?.focus();
  }, [shown, whole]);
  // The same elements until what is shown changes: moving and zooming leaves the tables alone.
  const tables = useMemo(() => shown.map((each, i) => {
    const own = <Tables {...each} jump={(fromNs, toNs, slice) => jump(i, fromNs, toNs, slice)} />;
    return shown.length === 1 ? own : <div key={i}><h3>{titleOf(each.prepared)}</h3>{own}</div>;
  }), [shown, jump]);

  function chooseCollection(chart: number, at: number): void {
    const next = chosen.with(chart, at);
    setChosen(next);
    setRange(collectionsRange(timelines.map((prepared, i) => show(prepared, next[i], timelines.length > 1))));
  }
  const zoom = (factor: number) => () => setRange((now) => zoomed(whole, now, factor, (now.fromNs + now.toNs) / 2));

  return (
    <>
      <div class="row">
        <button type="button" onClick={zoom(0.5)}>Zoom in</button>
        <button type="button" onClick={zoom(2)}>Zoom out</button>
        <button type="button" onClick={() => setRange(collectionsRange(shown))}>Collection</button>
        <button type="button" onClick={() => setRange(whole)}>Whole</button>
        <label><input type="checkbox" checked={layers.path} onChange={({ currentTarget }) => setLayers({ ...layers, path: currentTarget.checked })} /> Critical path</label>
        <label><input type="checkbox" checked={layers.flows} onChange={({ currentTarget }) => setLayers({ ...layers, flows: currentTarget.checked })} /> Handoffs and steals</label>
      </div>
      <Legend timelines={timelines} />
      <Overview shown={shown} whole={whole} range={range} setRange={setRange} />
      {shown.map(({ prepared, collection, path, originNs }, i) => (
        <div key={i}>
          {shown.length > 1 && <h3 class="of">{titleOf(prepared)}</h3>}
          <Facts prepared={prepared} collection={collection} chosen={chosen[i]} choose={(at) => chooseCollection(i, at)} />
          <Lanes
            prepared={prepared}
            path={path}
            originNs={originNs}
            whole={whole}
            range={range}
            setRange={setRange}
            layers={layers}
            selected={selected?.chart === i ? selected.slice : undefined}
            select={(slice) => setSelected(slice && { chart: i, slice })}
            offer={(slice) => setSelected((now) => (now?.chart === i ? now : slice && { chart: i, slice }))}
            label={`Timeline of ${cut(titleOf(prepared))}: ${plural(prepared.levels.length, 'lane')}, ${plural(prepared.sliceCount, 'slice')}. The tables below hold the same facts.`}
            canvasRef={canvases.current[i]}
          />
        </div>
      ))}
      <p class="muted keys">
        Wheel, pinch, <kbd>w</kbd> <kbd>s</kbd>: zoom. Drag, <kbd>a</kbd> <kbd>d</kbd>, <kbd>←</kbd> <kbd>→</kbd>: move. <kbd>0</kbd>: all. <kbd>[</kbd> <kbd>]</kbd> <kbd>↑</kbd> <kbd>↓</kbd>: choose a slice; <kbd>Enter</kbd>: zoom to it. Where more than {MOST_FLOWS} arrows are in view, some are left out.
      </p>
      <div class="panels">{tables}</div>
    </>
  );
}

interface FactsProps {
  readonly prepared: Prepared;
  readonly collection: Collection;
  readonly chosen: number;
  readonly choose: (at: number) => void;
}

function Facts({ prepared: { timeline, collections, levels, sliceCount }, collection, chosen, choose }: FactsProps) {
  const { dropped, older = 0 } = timeline;
  const time = (ns: number): string => formatTime(timeline.clock, ns);
  return (
    <>
      <ul class="facts">
        <li>{time(collection.toNs - collection.fromNs)} to the end of the mark</li>
        <li>{plural(levels.length, 'thread')}</li>
        <li>{plural(sliceCount, 'slice')}</li>
        <li>{plural(timeline.flows.length, 'handoff or steal', 'handoffs and steals')}</li>
        {collections.length > 1 && (
          <li>
            <label>
              Collection{' '}
              <select value={String(chosen)} onChange={({ currentTarget }) => choose(Number(currentTarget.value))}>
                {collections.map(({ fromNs, toNs }, i) => <option key={i} value={String(i)}>{i + 1} of {collections.length}: at {time(fromNs)}, {time(toNs - fromNs)}</option>)}
              </select>
            </label>
          </li>
        )}
      </ul>
      {older > 0 && <p>{plural(older, 'earlier slice')} {older === 1 ? 'is' : 'are'} left out, to keep the file small.</p>}
      {dropped > 0 && <p>{plural(dropped, 'event')} {dropped === 1 ? 'is' : 'are'} missing: the threads' rings had no room for {dropped === 1 ? 'it' : 'them'}.</p>}
    </>
  );
}

/** Names the colours of the kinds that occur, once for all timelines. */
function Legend({ timelines }: { readonly timelines: readonly Prepared[] }) {
  const theme = useTheme();
  const kinds = [...new Map(timelines.flatMap(({ timeline }) => {
    const colors = colorsOf(timeline.kinds, theme);
    return timeline.kinds.map(({ name, about }, i) => [name, { about, color: colors[i].fill }] as const);
  }))];
  return (
    <details class="legend">
      <summary>{kinds.map(([name, { color }]) => <span key={name}><i class="swatch" style={{ background: color }} />{cut(name)}</span>)}</summary>
      <dl>{kinds.map(([name, { about }]) => <div key={name}><dt>{cut(name)}</dt><dd>{cut(about)}</dd></div>)}</dl>
    </details>
  );
}
