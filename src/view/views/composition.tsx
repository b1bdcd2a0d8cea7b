/** View 5: what a heap is made of, which objects retain it, and how the roots reach them. */
import { useMemo, useState } from 'preact/hooks';
import { formatBytes, formatCount, formatShare, plural } from '../../base/units.ts';
import type { Composition } from '../../report/composition.ts';
import { groupLabel, objectLabel, tilesOf, trailTo, type Tile, type Tiling } from '../composition-tree.ts';
import { DataTable } from '../parts/data-table.tsx';
import { Treemap } from '../parts/treemap.tsx';
import type { NamedDocument, View } from '../view.ts';

export const composition: View<readonly Composition[]> = {
  id: 'composition',
  title: 'What the heap is made of',
  about: 'The area of a tile is its bytes. An object retains itself and everything that would be garbage without it; a retainer encloses what it retains. Click a tile to open it, and an object to see how the roots reach it.',
  find(documents) {
    const all = documents.flatMap(compositionsIn);
    return all.length === 0 ? undefined : all;
  },
  Show: ({ data }) => <Compositions heaps={data} />,
};

function compositionsIn({ document }: NamedDocument): Composition[] {
  const parts = document.command === 'scale --sweep' ? document.measurements : [document];
  return parts.flatMap((part) => ('composition' in part && part.composition !== undefined ? [part.composition] : []));
}

function Compositions({ heaps }: { readonly heaps: readonly Composition[] }) {
  const [shown, show] = useState(0);
  return (
    <>
      {heaps.length > 1 && (
        <div class="row">
          <label>Heap{' '}
            <select value={shown} onChange={({ currentTarget }) => show(Number(currentTarget.value))}>
              {heaps.map(({ name }, i) => <option key={i} value={i}>{name}</option>)}
            </select>
          </label>
        </div>
      )}
      {heaps[shown].objects === 0 ? <Unreached heap={heaps[shown]} /> : <Heap key={shown} heap={heaps[shown]} />}
    </>
  );
}

/** A heap that no root reaches, as at the end of a program that has dropped all. */
function Unreached({ heap: { name, unreachable } }: { readonly heap: Composition }) {
  return <p class="facts"><span><b>{name}</b>: no root reaches any object; {formatBytes(unreachable.bytes)} in {plural(unreachable.objects, 'object')} wait for the next sweep.</span></p>;
}

const PLURALS: Readonly<Record<Composition['by'], string>> = { type: 'Types', class: 'Classes', constructor: 'Constructors', size: 'Sizes' };

function Heap({ heap }: { readonly heap: Composition }) {
  const { bytes, objects, unreachable, groups, by } = heap;
  const [tiling, setTiling] = useState<Tiling>(groups.length > 2 ? 'own' : 'retainers');
  const [opened, setOpened] = useState('heap');
  const [chosen, choose] = useState<number>();
  const tiles = useMemo(() => tilesOf(heap, tiling), [heap, tiling]);
  const trail = trailTo(tiles, opened).filter((tile, i, all) => i === all.length - 1 || !isWrapper(tile));
  const root = inside(trail.at(-1)!);
  function open(tile: Tile, inner: Tile): void {
    const object = inner.object ?? tile.object;
    if (object !== undefined) choose(object);
    if (tile.children.length > 0) setOpened(tile.key);
  }
  const tilings: readonly (readonly [Tiling, string])[] = [['own', `${PLURALS[by]}, own bytes`], ['retained', `${PLURALS[by]}, retained bytes`], ['retainers', 'Retainers']];
  return (
    <>
      <ul class="facts">
        <li><b>{heap.name}</b></li>
        <li>{formatBytes(bytes)} in {plural(objects, 'object')} that roots reach</li>
        {unreachable.objects > 0 && <li>{formatBytes(unreachable.bytes)} in {plural(unreachable.objects, 'object')} that no root reaches</li>}
      </ul>
      <div class="row" role="radiogroup" aria-label="Tiles">
        {tilings.map(([value, text]) => (
          <label key={value}><input type="radio" name="tiling" checked={tiling === value} onChange={() => { setTiling(value); setOpened('heap'); }} /> {text}</label>
        ))}
      </div>
      <nav class="trail" aria-label="Open tiles">
        {trail.map((tile, i) => (i === trail.length - 1
          ? <b key={tile.key} aria-current="location">{tile.label}</b>
          : <span key={tile.key}><button type="button" class="link" onClick={() => setOpened(tile.key)}>{tile.label}</button> › </span>))}
      </nav>
      <Treemap
        label={`${tilings.find(([value]) => value === tiling)![1]} of ${root.label}. ${root.children.slice(0, 5).map((tile) => `${tile.label} ${formatBytes(tile.bytes)}`).join(', ')}.`}
        root={root}
        colorOf={({ group }) => (group === undefined || group < 0 ? undefined : group)}
        format={formatBytes}
        describe={(tile) => describe(heap, tile)}
        isChosen={({ object }) => object !== undefined && object === chosen}
        onOpen={open}
        onLeave={() => setOpened(trail.at(-2)?.key ?? 'heap')}
      />
      {tiling === 'retained' && <p class="muted">What two groups retain may overlap: an object that holds objects of another group retains those, too.</p>}
      {chosen !== undefined && <Chosen heap={heap} object={chosen} onChoose={choose} />}
      <div class="tables">
        <Retainers heap={heap} chosen={chosen} onChoose={choose} />
        <Groups heap={heap} />
      </div>
    </>
  );
}

/** Reports whether a tile only wraps one other tile and has no bytes of its own, as the synthetic roots of V8. */
function isWrapper({ children, key }: Tile): boolean {
  return key !== 'heap' && children.length === 1;
}

/** Returns the tile to show for `tile`: the first one inside that has more than one tile inside. */
function inside(tile: Tile): Tile {
  let at = tile;
  while (at.children.length === 1 && at.children[0].children.length > 0) [at] = at.children;
  return at;
}

function describe(heap: Composition, { label, bytes, object, group, key }: Tile): string {
  const share = `${formatBytes(bytes)}, ${formatShare(bytes / heap.bytes)} of the heap`;
  if (object !== undefined) return `${heap.listed.id[object]} ${label}: ${share}; ${formatBytes(heap.listed.bytes[object])} of its own, retains ${plural(heap.listed.retainedObjects[object], 'object')}`;
  if (group !== undefined && key === `group ${group}`) return `${label}: ${share}; ${plural(heap.groups[group].objects, 'object')}`;
  return key === 'heap' ? `${label}: ${formatBytes(bytes)}` : `${label}: ${share}`;
}

interface Choosing {
  readonly heap: Composition;
  readonly onChoose: (object: number) => void;
}

function Chosen({ heap, object, onChoose }: Choosing & { readonly object: number }) {
  const { listed } = heap;
  const path: number[] = [];
  for (let at = object; at >= 0; at = listed.from[at]) path.unshift(at);
  const above = listed.dominator[object];
  return (
    <div class="chosen" role="region" aria-label="Chosen object">
      <h3><span class="mono">{listed.id[object]}</span> {objectLabel(heap, object)}</h3>
      <ul class="facts">
        <li>{formatBytes(listed.bytes[object])} of its own</li>
        <li>retains {formatBytes(listed.retainedBytes[object])} in {plural(listed.retainedObjects[object], 'object')}</li>
        <li>{above < 0 ? 'no listed object retains it' : <>retained by <ObjectButton heap={heap} object={above} onChoose={onChoose} /></>}</li>
      </ul>
      <h4>A shortest path from the roots</h4>
      <ol class="path">
        {path.map((step, i) => (
          <li key={step}>
            {listed.skipped[step] > 0 && <div class="muted">… {plural(listed.skipped[step], 'object')} …</div>}
            <span class="muted">{i === 0 && 'root '}</span><span class="mono">{listed.via[step]}</span>{' → '}
            {step === object ? <b><span class="mono">{listed.id[step]}</span> {objectLabel(heap, step)}</b> : <ObjectButton heap={heap} object={step} onChoose={onChoose} />}
          </li>
        ))}
      </ol>
    </div>
  );
}

function ObjectButton({ heap, object, onChoose }: Choosing & { readonly object: number }) {
  return <button type="button" class="link" onClick={() => onChoose(object)}><span class="mono">{heap.listed.id[object]}</span> {objectLabel(heap, object)}</button>;
}

function Retainers({ heap, chosen, onChoose }: Choosing & { readonly chosen: number | undefined }) {
  const [wanted, want] = useState('');
  const { listed, bytes } = heap;
  const rows = useMemo(() => listed.id.map((_, i) => i).filter((i) => listed.bytes[i] > 0), [listed]);
  const found = wanted === '' ? rows : rows.filter((i) => `${listed.id[i]} ${objectLabel(heap, i)}`.toLowerCase().includes(wanted.toLowerCase()));
  return (
    <div>
      <div class="row find"><label>Find an object by its address or name <input type="search" value={wanted} onInput={({ currentTarget }) => want(currentTarget.value)} /></label></div>
      <DataTable
        caption="Largest retainers"
        rows={found}
        onChoose={onChoose}
        isChosen={(i) => i === chosen}
        columns={[
          { name: 'object', value: (i) => listed.id[i], show: (i) => <span class="mono">{listed.id[i]}</span> },
          { name: heap.by, value: (i) => objectLabel(heap, i) },
          { name: 'own bytes', value: (i) => listed.bytes[i], show: (i) => formatBytes(listed.bytes[i]) },
          { name: 'retained', value: (i) => listed.retainedBytes[i], show: (i) => formatBytes(listed.retainedBytes[i]) },
          { name: 'of the heap', value: (i) => listed.retainedBytes[i] / bytes, show: (i) => formatShare(listed.retainedBytes[i] / bytes) },
          { name: 'objects', value: (i) => listed.retainedObjects[i], show: (i) => formatCount(listed.retainedObjects[i]) },
        ]}
      />
    </div>
  );
}

function Groups({ heap }: { readonly heap: Composition }) {
  const { groups, otherGroups, bytes, by } = heap;
  const rows = groups.map((group, i) => ({ ...group, label: groupLabel(heap, i) }));
  return (
    <div>
      <DataTable
        caption={PLURALS[by]}
        rows={rows}
        columns={[
          { name: by, value: ({ label, name }) => (by === 'size' ? Number(name) : label), show: ({ label }) => label },
          { name: 'objects', value: ({ objects }) => objects, show: ({ objects }) => formatCount(objects) },
          { name: 'own bytes', value: (group) => group.bytes, show: (group) => formatBytes(group.bytes) },
          { name: 'of the heap', value: (group) => group.bytes / bytes, show: (group) => formatShare(group.bytes / bytes) },
          { name: 'retained', value: ({ retainedBytes }) => retainedBytes, show: ({ retainedBytes }) => formatBytes(retainedBytes) },
        ]}
      />
      {otherGroups.groups > 0 && <p class="muted">{formatCount(otherGroups.groups)} more have {formatBytes(otherGroups.bytes)} in {plural(otherGroups.objects, 'object')}.</p>}
    </div>
  );
}
