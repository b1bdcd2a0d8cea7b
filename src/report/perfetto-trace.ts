/**
 * Timelines in Perfetto's protobuf: one sequence of TracePackets.
 *
 *   1. Each timeline is a process: a track for it, for each lane a thread's track, for each counter a track.
 *   2. Slices are pairs of events on a thread's track. Names, categories and explanations of slices are interned.
 *   3. A flow is an instant where work was published and another where it was taken, with a common id.
 */
import type { PbfWriter } from 'pbf';
import type { Timeline } from './timeline.ts';
import { laneEvents, type LaneEvent } from './lane-events.ts';
import { ANNOTATION, COUNTER, EVENT, PROCESS, PacketWriter, THREAD, TRACK, Table, message, writeText, type Tables } from './perfetto-writer.ts';
import { processName, traceIds, type TraceIds } from './trace-names.ts';

const TYPE = { begin: 1, end: 2, instant: 3, counter: 4 } as const;
const UNIT = { count: 2, bytes: 3 } as const;

const ANNOTATIONS = ['about', 'detail'] as const;
const ABOUT = 1;
const DETAIL = 2;

/** Returns the bytes of the file. */
export function perfettoTrace(timelines: readonly Timeline[]): Uint8Array {
  const trace = new PacketWriter();
  const tables = tablesOf(timelines);
  trace.clear(tables);
  const ids = traceIds(timelines);
  let uuids = 0;
  for (const [i, timeline] of timelines.entries()) {
    const process = ++uuids;
    const lanes = timeline.lanes.map(() => ++uuids);
    const counters = timeline.counters.map(() => ++uuids);
    describeTracks(trace, timeline, i, ids[i], { process, lanes, counters });
    const category = tables.categories.idOf(timeline.clock);
    const kinds = timeline.kinds.map(({ name, about }) => ({ name: tables.names.idOf(name), about: tables.texts.idOf(about), category }));
    for (const event of laneEvents(timeline)) writeEvent(trace, event, lanes[event.lane], kinds, timeline, ids[i].firstFlow);
    for (const [counter, { atNs, value }] of timeline.counters.entries()) {
      for (const [at, each] of value.entries()) trace.event(Math.round(atNs[at]), TYPE.counter, counters[counter], (out) => writeValue(out, each));
    }
  }
  return trace.finish();
}

function describeTracks(trace: PacketWriter, timeline: Timeline, index: number, { pid, tids }: TraceIds, uuids: { readonly process: number; readonly lanes: readonly number[]; readonly counters: readonly number[] }): void {
  const { process, lanes, counters } = uuids;
  trace.track(process, (out) => message(out, TRACK.process, () => {
    out.writeVarintField(PROCESS.pid, pid);
    out.writeVarintField(PROCESS.sortIndex, index);
    writeText(out, PROCESS.name, processName(timeline));
  }));
  for (const [i, { name }] of timeline.lanes.entries()) {
    trace.track(lanes[i], (out) => {
      out.writeVarintField(TRACK.parent, process);
      message(out, TRACK.thread, () => {
        out.writeVarintField(THREAD.pid, pid);
        out.writeVarintField(THREAD.tid, tids[i]);
        out.writeVarintField(THREAD.sortIndex, i);
        writeText(out, THREAD.name, name);
      });
    });
  }
  for (const [i, { name, unit }] of timeline.counters.entries()) {
    trace.track(counters[i], (out) => {
      out.writeVarintField(TRACK.parent, process);
      writeText(out, TRACK.name, name);
      message(out, TRACK.counter, () => out.writeVarintField(COUNTER.unit, UNIT[unit]));
    });
  }
}

interface InternedKind {
  readonly name: number;
  readonly about: number;
  readonly category: number;
}

function writeEvent(trace: PacketWriter, event: LaneEvent, track: number, kinds: readonly InternedKind[], { flows }: Timeline, firstFlow: number): void {
  if (event.type === 'begin') {
    const { name, about, category } = kinds[event.kind];
    trace.event(event.atNs, TYPE.begin, track, (out) => {
      out.writeVarintField(EVENT.category, category);
      out.writeVarintField(EVENT.name, name);
      annotate(out, ABOUT, () => out.writeVarintField(ANNOTATION.internedText, about));
      if (event.detail !== undefined) annotate(out, DETAIL, () => writeText(out, ANNOTATION.text, event.detail!));
    });
  } else if (event.type === 'end') {
    trace.event(event.atNs, TYPE.end, track, () => {});
  } else {
    const isFirst = event.type === 'leave';
    trace.event(event.atNs, TYPE.instant, track, (out) => {
      writeText(out, EVENT.nameText, `${flows[event.flow].kind}: ${isFirst ? 'published' : 'taken'}`);
      out.writeFixed64Field(isFirst ? EVENT.flow : EVENT.lastFlow, firstFlow + event.flow);
    });
  }
}

function annotate(out: PbfWriter, name: number, writeValueOf: () => void): void {
  message(out, EVENT.annotation, () => {
    out.writeVarintField(ANNOTATION.name, name);
    writeValueOf();
  });
}

function writeValue(out: PbfWriter, value: number): void {
  if (Number.isSafeInteger(value)) out.writeVarintField(EVENT.intValue, value);
  else out.writeDoubleField(EVENT.doubleValue, value);
}

function tablesOf(timelines: readonly Timeline[]): Tables {
  const kinds = timelines.flatMap((timeline) => timeline.kinds);
  return {
    categories: new Table(timelines.map(({ clock }) => clock)),
    names: new Table(kinds.map(({ name }) => name)),
    annotationNames: new Table(ANNOTATIONS),
    texts: new Table(kinds.map(({ about }) => about)),
  };
}
