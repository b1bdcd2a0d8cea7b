/** The lanes on canvas, and the slider below the overview. */
import { useMemo, useRef, useState } from 'preact/hooks';
import { formatCount } from '../../base/units.ts';
import { Canvas } from '../parts/canvas.tsx';
import { drawLanes, drawOverview, overviewHeight } from './draw-lanes.ts';
import type { Execution } from './execution.ts';
import { intervalsOf } from './intervals.ts';
import { AXIS, GUTTER, laneHeight, overviewStep, stepAtX, windowAround } from './lane-layout.ts';

interface LanesProps {
  readonly execution: Execution;
  readonly step: number;
  readonly go: (step: number) => void;
}

const WIDTHS = [3, 6, 10, 14, 22, 36];
const USUAL = 3;
const WIDE = 4;
/** Up to this number of steps, they are wide at first. */
const FEW = 50;

/** Shows the lanes around the current step; a click goes to a step. */
export function Lanes({ execution, step, go }: LanesProps) {
  const [zoom, setZoom] = useState(execution.length <= FEW ? WIDE : USUAL);
  const [width, setWidth] = useState(0);
  const { threads } = execution.player;
  const intervals = useMemo(() => intervalsOf(execution), [execution]);
  const window = windowAround(step, execution.length, width, WIDTHS[zoom]);
  const height = AXIS + threads.length * laneHeight(threads.length) + 2;
  return (
    <div class="lanes">
      <Canvas
        label={`A lane for each of ${threads.map(({ name }) => name).join(', ')}: steps ${formatCount(window.first + 1)} to ${formatCount(window.end)}. The table of steps below says the same in words.`}
        height={height}
        onWidth={setWidth}
        draw={(surface) => drawLanes(surface, { execution, intervals, window, step })}
        onClick={(event: MouseEvent) => {
          const at = stepAtX(window, event.offsetX);
          if (at !== undefined) go(at);
        }}
      />
      <div class="zoom">
        <button type="button" aria-label="Narrower steps" disabled={zoom === 0} onClick={() => setZoom(zoom - 1)}>−</button>
        <button type="button" aria-label="Wider steps" disabled={zoom === WIDTHS.length - 1} onClick={() => setZoom(zoom + 1)}>+</button>
      </div>
    </div>
  );
}

/** Shows all steps; a click or drag goes to a step, and so does the slider below. */
export function Overview({ execution, step, go }: LanesProps) {
  const { length } = execution;
  const latest = useRef(go);
  latest.current = go;
  const picture = useMemo(() => <OverviewPicture execution={execution} go={(to) => latest.current(to)} />, [execution]);
  return (
    <div class="overview" style={{ '--at': String((step + 0.5) / length), '--gutter': `${GUTTER}px` }}>
      {picture}
      <div class="playhead" style={{ height: `${overviewHeight(execution.player.threads.length)}px` }} />
      <input
        type="range" min={1} max={length} step={1} value={step + 1} aria-label="Step" aria-valuetext={`step ${formatCount(step + 1)}, ${execution.threadName(execution.threadAt(step))}`}
        onInput={({ currentTarget }) => go(currentTarget.valueAsNumber - 1)}
      />
    </div>
  );
}

/** The drawing, which does not change with the step. */
function OverviewPicture({ execution, go }: Omit<LanesProps, 'step'>) {
  function scrub({ currentTarget, offsetX }: { readonly currentTarget: EventTarget | null; readonly offsetX: number }): void {
    go(overviewStep(offsetX, (currentTarget as HTMLCanvasElement).clientWidth, execution.length));
  }
  return (
    <Canvas
      label={`All ${formatCount(execution.length)} steps: which thread ran when, with marks at preemptions and at the accesses that decide.`}
      height={overviewHeight(execution.player.threads.length)}
      draw={(surface) => drawOverview(surface, execution)}
      onPointerDown={(event: PointerEvent) => {
        (event.currentTarget as HTMLCanvasElement).setPointerCapture(event.pointerId);
        scrub(event);
      }}
      onPointerMove={(event: PointerEvent) => {
        if (event.buttons === 1) scrub(event);
      }}
    />
  );
}
