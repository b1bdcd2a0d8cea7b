/** Names in trace files, the same in each format. */
import { plural } from '../base/units.ts';
import type { Timeline } from './timeline.ts';

const CLOCK_NAMES: Readonly<Record<Timeline['clock'], string>> = {
  measured: 'measured',
  virtual: 'predicted, virtual time',
  steps: '1 µs is one access',
};

/** Returns the name of a timeline's process: "tree, 4 threads (predicted, virtual time)". */
export function processName({ name, clock, dropped }: Timeline): string {
  return `${name} (${CLOCK_NAMES[clock]}${dropped === 0 ? '' : `, ${plural(dropped, 'event')} dropped`})`;
}

/** Numbers of a process and its threads. Viewers show them and take a thread with its process's number for the main thread, so none has. */
export interface TraceIds {
  readonly pid: number;
  readonly tids: readonly number[];
  /** Number of the timeline's first flow, unique in the file. */
  readonly firstFlow: number;
}

/** Returns numbers for each timeline, unique in the file. */
export function traceIds(timelines: readonly Timeline[]): TraceIds[] {
  let used = 0;
  let flows = 0;
  return timelines.map((timeline) => {
    const pid = ++used;
    const tids = timeline.lanes.map(() => ++used);
    const firstFlow = flows + 1;
    flows += timeline.flows.length;
    return { pid, tids, firstFlow };
  });
}
