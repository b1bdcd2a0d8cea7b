/** View 4: the pages of the arena, their spans, and the blocks of a span. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { formatBytes, formatCount, formatNs, formatShare, plural } from '../../base/units.ts';
import { MAP_STATES } from '../../inspect/heap-map-form.ts';
import { decodeSnapshot } from '../../report/heap-map-decode.ts';
import type { HeapMapField, SnapshotField } from '../../report/heap-map.ts';
import { COLORINGS, cssOf, stateColors, type Coloring } from '../heap-map-colors.ts';
import { factsOf, hasBlocks, modelOf, sumsOf, type MapModel, type SpanFacts, type Sums } from '../heap-map-model.ts';
import { HeapGrid } from '../parts/heap-grid.tsx';
import { OpenSpan } from '../parts/open-span.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { useTheme } from '../theme.tsx';
import type { View } from '../view.ts';

interface NamedMap {
  readonly name: string;
  readonly heapMap: HeapMapField;
}

export const heapMap: View<readonly NamedMap[]> = {
  id: 'heap-map',
  title: 'Heap map',
  about: 'The arena, a cell for each page of 8 KB, row by row in the order of addresses. Point at a page to see its span; click it, or press Enter, to see the blocks of the span. The slider goes through the moments at which the world was stopped.',
  find(documents) {
    const maps = documents.flatMap(({ name, document }) => ('heapMap' in document && document.heapMap !== undefined && document.heapMap.snapshots.length > 0 ? [{ name, heapMap: document.heapMap }] : []));
    return maps.length === 0 ? undefined : maps;
  },
  Show: ({ data }) => <Maps maps={data} />,
};

function Maps({ maps }: { readonly maps: readonly NamedMap[] }) {
  const [chosen, choose] = useState(0);
  return (
    <>
      {maps.length > 1 && (
        <label class="row">Document{' '}
          <select value={chosen} onChange={({ currentTarget }) => choose(Number(currentTarget.value))}>
            {maps.map(({ name }, i) => <option key={i} value={i}>{name}</option>)}
          </select>
        </label>
      )}
      <Snapshots key={chosen} heapMap={maps[chosen].heapMap} />
    </>
  );
}

const MOMENT_TEXT: Readonly<Record<SnapshotField['moment'], string>> = {
  stopped: 'the world has stopped', swept: 'everything is swept', marked: 'everything is marked', end: 'the end of the run, swept',
};

function describeMoment({ cycle, moment, atNs }: SnapshotField): string {
  return `${moment === 'end' ? '' : `collection ${formatCount(cycle)}: `}${MOMENT_TEXT[moment]}, at ${formatNs(atNs)}`;
}

/** The state of the snapshot that is shown: decoded, or the reason why it can't be. */
type Decoded = { readonly index: number; readonly model: MapModel } | { readonly index: number; readonly problem: string };

function Snapshots({ heapMap: field }: { readonly heapMap: HeapMapField }) {
  const { snapshots } = field;
  const [index, setIndex] = useState(() => Math.max(0, snapshots.findLastIndex(({ moment }) => moment === 'marked')));
  const [decoded, setDecoded] = useState<Decoded>();
  const [coloring, setColoring] = useState<Coloring>('state');
  const [page, setPage] = useState<number>();
  const [openPage, setOpenPage] = useState<number>();
  useEffect(() => {
    let isCurrent = true;
    decodeSnapshot(field, snapshots[index])
      .then((map) => ({ index, model: modelOf(map) }), (error: unknown) => ({ index, problem: String(error) }))
      .then((next) => isCurrent && setDecoded(next));
    return () => { isCurrent = false; };
  }, [field, index]);
  const model = decoded !== undefined && 'model' in decoded ? decoded.model : undefined;
  const sums = useMemo(() => model && sumsOf(model, field), [model]);
  // The same element is not rendered again: the cursor moves often.
  const tables = useMemo(() => sums && <Tables sums={sums} field={field} />, [sums]);
  const mostPages = Math.max(1, ...snapshots.map(({ usedPages }) => usedPages));
  const facts = (at: number | undefined) => (model === undefined || at === undefined || at >= model.rowOfPage.length ? undefined : factsOf(model, field, model.rowOfPage[at]));
  const opened = facts(openPage);
  const step = (by: number) => setIndex(Math.max(0, Math.min(snapshots.length - 1, index + by)));
  return (
    <>
      <div class="row moments">
        <button type="button" aria-label="Earlier moment" disabled={index === 0} onClick={() => step(-1)}>‹</button>
        <input type="range" aria-label="Moment" aria-valuetext={describeMoment(snapshots[index])} min={0} max={snapshots.length - 1} value={index} onInput={({ currentTarget }) => setIndex(Number(currentTarget.value))} />
        <button type="button" aria-label="Later moment" disabled={index === snapshots.length - 1} onClick={() => step(1)}>›</button>
        <b class="moment">{describeMoment(snapshots[index])}</b>
      </div>
      <div class="row">
        <label>Colour by{' '}
          <select value={coloring} onChange={({ currentTarget }) => setColoring(currentTarget.value as Coloring)}>
            {COLORINGS.map((each) => <option key={each} value={each}>{each}</option>)}
          </select>
        </label>
        <ColorKey coloring={coloring} field={field} sums={sums} />
      </div>
      {decoded !== undefined && 'problem' in decoded && <p role="alert">This snapshot can't be shown: {decoded.problem}</p>}
      {model !== undefined && <HeapGrid model={model} field={field} mostPages={mostPages} coloring={coloring} page={page} opened={opened?.row} onPage={setPage} onOpen={setOpenPage} />}
      <output class="readout">{describeSpan(facts(page), field) ?? 'Point at a page, or move over the map with the arrow keys.'}</output>
      {opened !== undefined && model !== undefined && <OpenSpan facts={opened} model={model} field={field} moment={snapshots[index].moment} onOpen={setOpenPage} onClose={() => setOpenPage(undefined)} />}
      {tables}
      <LeftOut field={field} snapshot={snapshots[index]} />
    </>
  );
}

/** Returns one line on a span. */
function describeSpan(facts: SpanFacts | undefined, { pageBytes }: HeapMapField): string | undefined {
  if (facts === undefined) return undefined;
  const { firstPage, pages, bytes, state, sizeclass, blockBytes, blocks, allocated, marked } = facts;
  const where = `${pages === 1 ? `page ${formatCount(firstPage)}` : `pages ${formatCount(firstPage)} to ${formatCount(firstPage + pages - 1)}`}, at ${formatBytes(firstPage * pageBytes)}, ${formatBytes(bytes)}`;
  if (!hasBlocks(state)) return `${where}: ${MAP_STATES[state]}`;
  if (sizeclass === 0) return `${where}: ${MAP_STATES[state]}, one large object${marked > 0 ? ', marked' : ''}`;
  return `${where}: ${MAP_STATES[state]}, blocks of ${formatBytes(blockBytes)}, ${formatCount(allocated)} of ${formatCount(blocks)} allocated (${formatShare(allocated / blocks)}), ${formatCount(marked)} marked`;
}

/** What the colours of the map mean. */
function ColorKey({ coloring, field, sums }: { readonly coloring: Coloring; readonly field: HeapMapField; readonly sums: Sums | undefined }) {
  const theme = useTheme();
  if (coloring === 'state') {
    const colors = stateColors(theme);
    return (
      <ul class="facts key">
        {sums?.byState.map(({ state, pages, bytes }) => (
          <li key={state}><i class="swatch" style={{ background: cssOf(colors[state]) }} /> {MAP_STATES[state]} <span class="muted">{plural(pages, 'page')}, {formatBytes(bytes)}</span></li>
        ))}
      </ul>
    );
  }
  const [from, to, start, end] = coloring === 'occupancy' ? ['empty', 'full', theme.paper, theme.series[0]]
    : coloring === 'marks' ? ['no block marked', 'every allocated block marked', theme.bad, theme.good]
      : [formatBytes(field.classes[Math.min(1, field.classes.length - 1)].bytes), formatBytes(field.classes[field.classes.length - 1].bytes), theme.series[1], theme.series[0]];
  return (
    <ul class="facts key">
      <li>{from} <i class="ramp" style={{ background: `linear-gradient(90deg, ${start}, ${end})` }} /> {to}</li>
      {coloring === 'size class' && <li><i class="swatch" style={{ background: theme.series[3] }} /> large object</li>}
      {coloring === 'marks' && sums !== undefined && sums.used.marked === 0 && <li class="muted">At this moment no block has a mark.</li>}
    </ul>
  );
}

function Tables({ sums: { byState, byClass, used }, field: { classes } }: { readonly sums: Sums; readonly field: HeapMapField }) {
  const total = byState.reduce((sum, { pages }) => sum + pages, 0);
  const free = used.bytes - used.allocatedBytes;
  return (
    <>
      <p class="muted">
        The {plural(used.spans, 'span')} with blocks hold {formatBytes(used.allocatedBytes)} in {plural(used.allocated, 'allocated block')}; {formatBytes(free)} of their pages are not allocated: a fragmentation of {formatShare(used.bytes === 0 ? 0 : free / used.bytes)}.
      </p>
      <div class="panels">
        <DataTable
          caption="Pages by state"
          rows={byState}
          columns={[
            { name: 'state', value: ({ state }) => MAP_STATES[state] },
            { name: 'spans', value: ({ spans }) => spans, show: ({ spans }) => formatCount(spans) },
            { name: 'pages', value: ({ pages }) => pages, show: ({ pages }) => formatCount(pages) },
            { name: 'bytes', value: ({ bytes }) => bytes, show: ({ bytes }) => formatBytes(bytes) },
            { name: 'share', value: ({ pages }) => pages, show: ({ pages }) => formatShare(pages / Math.max(1, total)) },
          ]}
        />
        <DataTable
          caption="Spans by size class"
          rows={byClass}
          limit={8}
          columns={[
            { name: 'blocks of', value: ({ sizeclass }) => (sizeclass === 0 ? Infinity : classes[sizeclass].bytes), show: ({ sizeclass }) => (sizeclass === 0 ? 'large' : formatBytes(classes[sizeclass].bytes)) },
            { name: 'spans', value: ({ spans }) => spans, show: ({ spans }) => formatCount(spans) },
            { name: 'bytes', value: ({ bytes }) => bytes, show: ({ bytes }) => formatBytes(bytes) },
            { name: 'allocated', value: ({ allocated }) => allocated, show: ({ allocated }) => formatCount(allocated) },
            { name: 'occupancy', value: ({ allocated, blocks }) => allocated / blocks, show: ({ allocated, blocks }) => formatShare(allocated / blocks) },
            { name: 'marked', value: ({ marked }) => marked, show: ({ marked }) => formatCount(marked) },
            { name: 'not allocated', value: (sum) => sum.bytes - sum.allocatedBytes, show: (sum) => formatBytes(sum.bytes - sum.allocatedBytes) },
          ]}
        />
      </div>
    </>
  );
}

/** What the document does not hold. */
function LeftOut({ field: { cycles, everyCycles, arenaPages, pageBytes }, snapshot: { usedPages, everySpan } }: { readonly field: HeapMapField; readonly snapshot: SnapshotField }) {
  const left = Math.max(0, arenaPages - usedPages);
  return (
    <p class="muted">
      {everyCycles === 1 ? '' : `Recorded is one in ${formatCount(everyCycles)} of ${plural(cycles, 'collection')}. `}
      {everySpan === 1 ? '' : `Of the spans with a size class, one in ${formatCount(everySpan)} has its blocks recorded; the counts are of all. `}
      {left === 0 ? '' : `The heap has not yet taken the other ${formatBytes(left * pageBytes)} of its arena.`}
    </p>
  );
}
