/** A span of the heap map with its blocks. */
import { useState } from 'preact/hooks';
import { formatBytes, formatCount, formatShare } from '../../base/units.ts';
import { MAP_STATES } from '../../inspect/heap-map-form.ts';
import { blockBit } from '../../report/heap-map-decode.ts';
import type { HeapMapField, SnapshotField } from '../../report/heap-map.ts';
import { nearestWithBlocks, type MapModel, type SpanFacts } from '../heap-map-model.ts';
import { useTheme } from '../theme.tsx';
import { Canvas, type Surface } from './canvas.tsx';
import { DataTable } from './data-table.tsx';

interface OpenSpanProps {
  readonly facts: SpanFacts;
  readonly model: MapModel;
  readonly field: HeapMapField;
  readonly moment: SnapshotField['moment'];
  readonly onOpen: (page: number) => void;
  readonly onClose: () => void;
}

interface Block {
  readonly index: number;
  readonly isAllocated: boolean;
  readonly isMarked: boolean;
}

export function OpenSpan({ facts, model, field, moment, onOpen, onClose }: OpenSpanProps) {
  const { firstPage, pages, bytes, state, sizeclass, blockBytes, blocks, allocated, marked } = facts;
  const name = pages === 1 ? `page ${formatCount(firstPage)}` : `pages ${formatCount(firstPage)} to ${formatCount(firstPage + pages - 1)}`;
  return (
    <div class="open-span" role="group" aria-label="The open span">
      <div class="row">
        <h3>The span of {name}</h3>
        <button type="button" onClick={onClose}>Close</button>
      </div>
      <ul class="facts">
        <li>{MAP_STATES[state]}</li>
        <li>{formatBytes(bytes)} at {formatBytes(firstPage * field.pageBytes)} of the arena</li>
        {blocks > 0 && <li>{sizeclass === 0 ? 'one large object' : `size class ${sizeclass}: ${formatCount(blocks)} blocks of ${formatBytes(blockBytes)}`}</li>}
        {blocks > 0 && <li>{formatCount(allocated)} allocated, an occupancy of {formatShare(allocated / blocks)}</li>}
        {blocks > 0 && <li>{formatCount(marked)} marked{moment === 'marked' ? `, ${formatCount(Math.max(0, allocated - marked))} garbage` : ''}</li>}
        {blocks > 0 && <li>{formatBytes(bytes - allocated * blockBytes)} not allocated ({formatShare(1 - (allocated * blockBytes) / bytes)})</li>}
      </ul>
      {sizeclass > 0 && <Blocks facts={facts} model={model} moment={moment} onOpen={onOpen} />}
    </div>
  );
}

/** CSS pixels. */
const LARGEST_BLOCK = 22;
const LEAST_BLOCK = 5;
const HEIGHT = 160;

function Blocks({ facts: { row, blocks, blockBytes }, model, moment, onOpen }: Pick<OpenSpanProps, 'facts' | 'model' | 'moment' | 'onOpen'>) {
  const { map } = model;
  const theme = useTheme();
  const [width, setWidth] = useState(600);
  const first = map.firstByte[row];
  if (first < 0) {
    const nearest = nearestWithBlocks(model, row);
    return (
      <p>
        The blocks of this span were not recorded: the map has those of one in {formatCount(map.blocks.every)} spans.{' '}
        {nearest !== undefined && <button type="button" onClick={() => onOpen(model.firstPage[nearest])}>Open the nearest of them</button>}
      </p>
    );
  }
  const list: Block[] = Array.from({ length: blocks }, (_, index) => ({ index, isAllocated: blockBit(map.blocks.allocated, first, index), isMarked: blockBit(map.blocks.marked, first, index) }));
  const cell = Math.max(LEAST_BLOCK, Math.min(LARGEST_BLOCK, Math.floor(Math.sqrt((width * HEIGHT) / blocks))));
  const columns = Math.max(1, Math.floor(width / cell));
  // Without a mark, a block is garbage only where marking is complete.
  const unmarked = moment === 'marked' ? ['garbage', theme.bad] : ['allocated', theme.series[0]];
  const kindOf = ({ isAllocated, isMarked }: Block) => (isMarked ? 'marked' : isAllocated ? unmarked[0] : 'free');
  function draw({ ctx }: Surface): void {
    for (const block of list) {
      const x = (block.index % columns) * cell;
      const y = Math.floor(block.index / columns) * cell;
      if (!block.isAllocated && !block.isMarked) {
        ctx.strokeStyle = theme.line;
        ctx.strokeRect(x + 0.5, y + 0.5, cell - 2, cell - 2);
        continue;
      }
      ctx.fillStyle = block.isMarked ? theme.good : unmarked[1];
      ctx.fillRect(x, y, cell - 1, cell - 1);
    }
  }
  const counts = ['marked', unmarked[0], 'free'].map((kind) => `${formatCount(list.filter((block) => kindOf(block) === kind).length)} ${kind}`);
  return (
    <>
      <ul class="facts key">
        <li><i class="swatch" style={{ background: theme.good }} /> marked</li>
        <li><i class="swatch" style={{ background: unmarked[1] }} /> {unmarked[0]}</li>
        <li><i class="swatch outlined" /> free</li>
      </ul>
      <Canvas label={`Blocks of the span in the order of their addresses: ${counts.join(', ')}.`} height={Math.ceil(blocks / columns) * cell} draw={draw} onWidth={setWidth} />
      <DataTable
        caption="Blocks"
        rows={list}
        limit={4}
        columns={[
          { name: 'block', value: ({ index }) => index },
          { name: 'offset', value: ({ index }) => index * blockBytes, show: ({ index }) => `${formatCount(index * blockBytes)} B` },
          { name: 'state', value: kindOf },
        ]}
      />
    </>
  );
}
