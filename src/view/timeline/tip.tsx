/** The tooltip: a slice, or a counter's value, in words. */
import { plural } from '../../base/units.ts';
import { flowsAt } from './draw-links.ts';
import { formatValue } from './draw-frame.ts';
import { factsOf, type Prepared, type SliceRef } from './prepared.ts';
import { formatTime } from './time.ts';

/** A longer detail is cut: it may be a name of a megabyte. */
const MOST = 300;
/** Wider than a tooltip is. */
const TIP_WIDTH = 300;

interface TipProps {
  readonly x: number;
  readonly y: number;
  /** Of the canvas. */
  readonly width: number;
  readonly lines: readonly string[];
  readonly color: string | undefined;
}

/** Shows `lines`, the first in bold, next to a place on the canvas. */
export function Tip({ x, y, width, lines: [first, ...others], color }: TipProps) {
  const isRight = x + TIP_WIDTH > width;
  return (
    <div class="tip" role="tooltip" style={{ top: `${y + 14}px`, ...(isRight ? { right: `${Math.max(0, width - x + 10)}px` } : { left: `${x + 10}px` }) }}>
      <div>{color !== undefined && <i class="swatch" style={{ background: color }} />}<b>{first}</b></div>
      {others.map((line, i) => <div key={i}>{line}</div>)}
    </div>
  );
}

/** Returns what is known of a slice: kind and duration, when and where, what it was about, its flows. */
export function linesOfSlice(prepared: Prepared, ref: SliceRef, originNs: number): string[] {
  const { timeline } = prepared;
  const { kind, about, laneName, startNs, durationNs, detail } = factsOf(prepared, ref);
  const time = (ns: number): string => formatTime(timeline.clock, ns);
  const flows = flowsAt(timeline, ref).slice(0, 4).map((flow) => {
    const isHere = flow.to.lane === ref.lane;
    const other = timeline.lanes[isHere ? flow.from.lane : flow.to.lane].name;
    return `${flow.kind} ${isHere ? 'from' : 'to'} ${cut(other)}, ${time(flow.to.atNs - flow.from.atNs)} on the way`;
  });
  return [
    `${cut(kind)}, ${time(durationNs)}`,
    `${cut(laneName)}, ${time(startNs - originNs)} to ${time(startNs + durationNs - originNs)}`,
    ...(detail === undefined ? [] : [cut(detail)]),
    ...(about === '' ? [] : [cut(about)]),
    ...flows,
  ];
}

/** Returns a counter's name and value. */
export function linesOfCounter({ timeline }: Prepared, counter: number, value: number): string[] {
  const { name } = timeline.counters[counter];
  return [cut(name), formatValue(timeline.counters[counter], value)];
}

/** Returns `text` without its end if it is long. */
export function cut(text: string): string {
  return text.length <= MOST ? text : `${text.slice(0, MOST)}… (${plural(text.length, 'character')})`;
}
