/**
 * Timelines in the Trace Event Format of Chrome, as JSON, for chrome://tracing and ui.perfetto.dev. Times in it are
 * microseconds with three decimals. Source: "Trace Event Format", Duygu Erdogmus et al., of the Chromium project.
 */
import type { Timeline } from './timeline.ts';
import { laneEvents, type LaneEvent } from './lane-events.ts';
import { processName, traceIds, type TraceIds } from './trace-names.ts';

const NS_PER_US = 1000;

/** Returns the text of the file in UTF-8, an event a line. */
export function chromeTrace(timelines: readonly Timeline[]): Uint8Array {
  const ids = traceIds(timelines);
  const lines = timelines.flatMap((timeline, i) => eventsOf(timeline, i, ids[i])).map((event) => JSON.stringify(event));
  return Buffer.from(`{"displayTimeUnit":"ns","traceEvents":[\n${lines.join(',\n')}\n]}\n`);
}

function eventsOf(timeline: Timeline, index: number, { pid, tids, firstFlow }: TraceIds): object[] {
  const { lanes, kinds, flows, counters, clock: cat } = timeline;
  const meta = (tid: number, name: string, args: object) => ({ ph: 'M', pid, tid, name, args });
  const described = (event: LaneEvent) => {
    const base = { pid, tid: tids[event.lane], ts: event.atNs / NS_PER_US };
    if (event.type === 'begin') return { ph: 'B', ...base, cat, name: kinds[event.kind].name, args: { about: kinds[event.kind].about, detail: event.detail } };
    if (event.type === 'end') return { ph: 'E', ...base };
    const flow = { ...base, cat, name: flows[event.flow].kind, id: firstFlow + event.flow };
    return event.type === 'leave' ? { ph: 's', ...flow } : { ph: 'f', bp: 'e', ...flow };
  };
  return [
    meta(pid, 'process_name', { name: processName(timeline) }),
    meta(pid, 'process_sort_index', { sort_index: index }),
    ...lanes.flatMap(({ name }, i) => [meta(tids[i], 'thread_name', { name }), meta(tids[i], 'thread_sort_index', { sort_index: i })]),
    ...laneEvents(timeline).map(described),
    ...counters.flatMap(({ name, unit, atNs, value }) =>
      atNs.map((at, i) => ({ ph: 'C', pid, tid: pid, ts: Math.round(at) / NS_PER_US, name, args: { [unit]: value[i] } }))),
  ];
}
