/** What `run --watch` draws: the heap, the pauses and the states of the threads, in a few lines of text. */
import type { createColors } from 'picocolors';
import { formatBytes, formatNs, formatShare, plural } from '../base/units.ts';
import type { Cycle } from '../gc/cycle-log.ts';
import type { ThreadState } from '../inspect/thread-states.ts';
import { sparkline } from '../report/sparkline.ts';
import type { Progress } from '../run/progress.ts';

/** The most moments that a line shows. */
const MOMENTS = 200;
/** Threads that have a line of their own; more share lines. */
const MOST_LANES = 8;
const LABEL = 8;
/** Columns of a thread that shares its line: "M63 collecting  ". */
const CELL = 15;
/** Columns of a thread's number and state before its lane. */
const LANE_LABEL = 15;

type Paint = ReturnType<typeof createColors>;
type Color = 'green' | 'cyan' | 'yellow' | 'red' | 'dim';

/** The sign of a state in a lane, and its colour. */
const SIGNS: Readonly<Record<ThreadState, readonly [sign: string, color: Color]>> = {
  starting: ['·', 'dim'],
  mutator: ['█', 'green'],
  marking: ['▓', 'cyan'],
  sweeping: ['▒', 'cyan'],
  collecting: ['▓', 'yellow'],
  waiting: ['░', 'red'],
  stopped: ['─', 'dim'],
  idle: ['·', 'dim'],
  finished: [' ', 'dim'],
};

export class WatchView {
  private readonly title: string;
  private readonly width: number;
  private readonly paint: Paint;
  private readonly allocated: number[] = [];
  private readonly pauses: number[] = [];
  private readonly lanes: ThreadState[][] = [];
  private mostAllocated = 0;
  private worstNs = 0;
  private pausedNs = 0;

  /**
   * @param title the workload; safe text
   * @param width columns of the terminal
   */
  constructor(title: string, width: number, paint: Paint) {
    this.title = title;
    this.width = Math.max(60, width) - 1;
    this.paint = paint;
  }

  /** Takes a collection into account. */
  add({ pauseNs, checkpointNs }: Pick<Cycle, 'pauseNs' | 'checkpointNs'>): void {
    const ns = pauseNs - checkpointNs;
    keep(this.pauses, ns);
    this.worstNs = Math.max(this.worstNs, ns);
    this.pausedNs += ns;
  }

  /** Takes a moment into account and returns the lines to show. */
  linesAt({ cycles, elapsedNs, threads, threadsUp, heap, states }: Progress): string[] {
    if (threadsUp < threads) return [`${this.title}: starting ${plural(threads, 'thread')}, ${threadsUp} up`];
    keep(this.allocated, heap.allocated);
    this.mostAllocated = Math.max(this.mostAllocated, heap.allocated);
    states.forEach((state, i) => keep((this.lanes[i] ??= []), state));
    const goal = heap.goal === null ? 'no goal' : `goal ${formatBytes(heap.goal)}`;
    const live = heap.live === null ? [] : [`live ${formatBytes(heap.live)}`];
    const last = this.pauses.at(-1);
    const curve = this.width - LABEL;
    return [
      this.row(this.title, plural(cycles, 'collection'), `${(elapsedNs / 1e9).toFixed(1)} s`),
      this.row('heap', [formatBytes(heap.allocated), ...live, goal].join(' · '), `arena ${formatBytes(heap.arena)}`),
      ' '.repeat(LABEL) + this.paint.green(sparkline(this.allocated.slice(-curve), this.mostAllocated)),
      last === undefined
        ? this.row('pauses', 'none yet', '')
        : this.row('pauses', `last ${formatNs(last)} · longest ${formatNs(this.worstNs)}`, `${formatShare(this.pausedNs / elapsedNs)} of the time`),
      ' '.repeat(LABEL) + this.paint.yellow(sparkline(this.pauses.slice(-curve), this.worstNs)),
      ...(states.length <= MOST_LANES ? this.lanesOf(states) : this.cellsOf(states)),
    ];
  }

  /** Returns a label, a text, and a text at the right edge. */
  private row(label: string, text: string, right: string): string {
    const left = `${label.padEnd(LABEL)}${label.length >= LABEL ? ' ' : ''}${text}`;
    const room = this.width - right.length;
    return `${left.slice(0, room - 1).padEnd(room)}${right}`;
  }

  private lanesOf(states: readonly ThreadState[]): string[] {
    return states.map((state, i) => {
      const lane = this.lanes[i].slice(-(this.width - LANE_LABEL));
      return `${`M${i} ${state}`.padEnd(LANE_LABEL)}${lane.map((each) => this.paint[SIGNS[each][1]](SIGNS[each][0])).join('')}`;
    });
  }

  private cellsOf(states: readonly ThreadState[]): string[] {
    const perLine = Math.floor(this.width / CELL);
    const cells = states.map((state, i) => this.paint[SIGNS[state][1]](`M${i} ${state}`.padEnd(CELL)));
    return Array.from({ length: Math.ceil(cells.length / perLine) }, (_, line) => cells.slice(line * perLine, (line + 1) * perLine).join(''));
  }
}

function keep<Value>(values: Value[], value: Value): void {
  values.push(value);
  if (values.length > MOMENTS) values.shift();
}
