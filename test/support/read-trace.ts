/**
 * Reads trace files back, by other means than those that write them: protobufjs with a schema written for the tests, and
 * JSON.parse. Both yield the same form. Throws at what a viewer would drop or misread.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';

export interface ReadSlice {
  readonly name: string;
  readonly about: string;
  readonly detail: string | undefined;
  readonly startNs: number;
  endNs: number;
  readonly depth: number;
}

export interface ReadThread {
  readonly name: string;
  readonly slices: ReadSlice[];
}

export interface ReadProcess {
  readonly name: string;
  readonly threads: ReadThread[];
  readonly counters: { readonly name: string; readonly unit: string; readonly atNs: number[]; readonly value: number[] }[];
  readonly flows: { readonly kind: string; readonly from: { lane: number; atNs: number }; readonly to: { lane: number; atNs: number } }[];
}

/** A track as it is read: slices that have begun, the time of the last event. */
interface Track {
  readonly thread: ReadThread;
  readonly process: ReadProcess;
  readonly lane: number;
  readonly open: ReadSlice[];
  last: number;
}

function beginTrack(process: ReadProcess, name: string): Track {
  const thread: ReadThread = { name, slices: [] };
  return { thread, process, lane: process.threads.push(thread) - 1, open: [], last: 0 };
}

function advance(track: { last: number }, atNs: number): void {
  if (!(Number.isSafeInteger(atNs) && atNs >= track.last)) throw new Error(`time goes from ${track.last} to ${atNs}`);
  track.last = atNs;
}

function begin({ thread, open }: Track, startNs: number, name: string, about: string, detail: string | undefined): void {
  const slice: ReadSlice = { name, about, detail, startNs, endNs: -1, depth: open.length };
  thread.slices.push(slice);
  open.push(slice);
}

function end({ open, thread }: Track, atNs: number): void {
  const slice = open.pop();
  if (slice === undefined) throw new Error(`an end without a beginning on ${thread.name}`);
  slice.endNs = atNs;
}

interface HalfFlow { readonly kind: string; readonly track: Track; readonly atNs: number; readonly place: number }

/** Pairs the halves of each flow. */
function joinFlows(leaving: Map<number, HalfFlow>, entering: Map<number, HalfFlow>): void {
  if (leaving.size !== entering.size) throw new Error(`${leaving.size} flows begin, and ${entering.size} end`);
  for (const [id, from] of [...leaving].sort(([a], [b]) => a - b)) {
    const to = entering.get(id);
    if (to?.kind !== from.kind || to.track.process !== from.track.process) throw new Error(`flow ${id} does not end as it began`);
    if (to.atNs >= from.atNs && to.place < from.place) throw new Error(`flow ${id} ends before it begins`);
    from.track.process.flows.push({ kind: from.kind, from: { lane: from.track.lane, atNs: from.atNs }, to: { lane: to.track.lane, atNs: to.atNs } });
  }
}

function keepHalf(halves: Map<number, HalfFlow>, id: number, half: HalfFlow): void {
  if (halves.has(id)) throw new Error(`flow ${id} occurs twice`);
  halves.set(id, half);
}

/** Reads the bytes of a trace file by the ending of its name. */
export function readTrace(bytes: Uint8Array, path: string): ReadProcess[] {
  if (path.endsWith('.pftrace')) return readPerfetto(bytes);
  return readChrome(path.endsWith('.gz') ? gunzipSync(bytes) : bytes);
}

interface Interned { iid: number; name: string }
interface Packet {
  timestamp?: number;
  trusted_packet_sequence_id?: number;
  sequence_flags?: number;
  interned_data?: Record<'event_categories' | 'event_names' | 'debug_annotation_names' | 'debug_annotation_string_values', Interned[]>;
  track_descriptor?: { uuid: number; parent_uuid?: number; name?: string; process?: { pid: number; process_name: string }; thread?: { pid: number; tid: number; thread_name: string }; counter?: { unit: string } };
  track_event?: {
    type: string; track_uuid: number; category_iids?: number[]; name_iid?: number; name?: string; counter_value?: number; double_counter_value?: number;
    debug_annotations?: { name_iid: number; string_value?: string; string_value_iid?: number }[]; flow_ids?: number[]; terminating_flow_ids?: number[];
  };
}

function readPerfetto(bytes: Uint8Array): ReadProcess[] {
  const { root } = protobuf.parse(readFileSync(new URL('perfetto.proto', import.meta.url), 'utf8'), { keepCase: true });
  const type = root.lookupType('Trace');
  const decoded = type.decode(bytes);
  if (!Buffer.from(type.encode(decoded).finish()).equals(Buffer.from(bytes))) checkNothingUnknown(bytes, type, decoded);
  const { packet } = type.toObject(decoded, { longs: Number, enums: String }) as { packet: Packet[] };
  const processes = new Map<number, ReadProcess>();
  const tracks = new Map<number, Track>();
  const counters = new Map<number, ReadProcess['counters'][number] & { last: number }>();
  const tables = new Map<string, Map<number, string>>();
  const [leaving, entering] = [new Map<number, HalfFlow>(), new Map<number, HalfFlow>()];
  const tids = new Set<number>();
  const lookUp = (table: string, iid: number | undefined) => {
    const found = tables.get(table)?.get(iid!);
    if (found === undefined) throw new Error(`${table} has no ${iid}`);
    return found;
  };
  const claim = (tid: number) => {
    if (tid === 0 || tids.has(tid)) throw new Error(`thread number ${tid} is taken`);
    tids.add(tid);
  };
  for (const [i, { timestamp, track_descriptor: track, track_event: event, interned_data: interned, ...packetOf }] of packet.entries()) {
    if (packetOf.trusted_packet_sequence_id !== 1 || packetOf.sequence_flags !== (i === 0 ? 1 : 2)) throw new Error(`packet ${i} is outside of the sequence`);
    for (const [table, entries] of Object.entries(interned ?? {})) {
      tables.set(table, new Map(entries.map(({ iid, name }) => [iid, name])));
      if (tables.get(table)!.size !== entries.length || tables.get(table)!.has(0)) throw new Error(`${table} has a number twice, or 0`);
    }
    if (track?.process !== undefined) {
      claim(track.process.pid);
      processes.set(track.uuid, { name: track.process.process_name, threads: [], counters: [], flows: [] });
    } else if (track !== undefined) {
      const process = processes.get(track.parent_uuid!);
      if (process === undefined) throw new Error(`track ${track.uuid} has no process`);
      if (track.thread !== undefined) {
        claim(track.thread.tid);
        tracks.set(track.uuid, beginTrack(process, track.thread.thread_name));
      } else {
        const counter = { name: track.name!, unit: track.counter!.unit === 'UNIT_SIZE_BYTES' ? 'bytes' : 'count', atNs: [], value: [], last: 0 };
        counters.set(track.uuid, counter);
        process.counters.push(counter);
      }
    }
    if (event === undefined) continue;
    if (event.type === 'TYPE_COUNTER') {
      const counter = counters.get(event.track_uuid)!;
      advance(counter, timestamp!);
      counter.atNs.push(timestamp!);
      counter.value.push((event.counter_value ?? event.double_counter_value)!);
      continue;
    }
    const on = tracks.get(event.track_uuid)!;
    advance(on, timestamp!);
    if (event.type === 'TYPE_SLICE_BEGIN') {
      const notes = new Map((event.debug_annotations ?? []).map((each) =>
        [lookUp('debug_annotation_names', each.name_iid), each.string_value ?? lookUp('debug_annotation_string_values', each.string_value_iid)]));
      lookUp('event_categories', event.category_iids![0]);
      begin(on, timestamp!, lookUp('event_names', event.name_iid), notes.get('about')!, notes.get('detail'));
    } else if (event.type === 'TYPE_SLICE_END') end(on, timestamp!);
    else {
      const half = { kind: event.name!.split(':')[0], track: on, atNs: timestamp!, place: i };
      for (const id of event.flow_ids ?? []) keepHalf(leaving, id, half);
      for (const id of event.terminating_flow_ids ?? []) keepHalf(entering, id, half);
    }
  }
  return finish([...processes.values()], [...tracks.values()], leaving, entering);
}

/** @throws Error for a field that the schema lacks: decoding and encoding again would lose it */
function checkNothingUnknown(bytes: Uint8Array, type: protobuf.Type, decoded: protobuf.Message): void {
  const again = type.encode(decoded).finish().length;
  if (again !== bytes.length) throw new Error(`${bytes.length} bytes, of which the schema knows ${again}`);
}

interface ChromeEvent { ph: string; pid: number; tid: number; ts: number; name: string; cat?: string; id?: number; bp?: string; args: Record<string, unknown> & { name?: string; about?: string; detail?: string } }

function readChrome(bytes: Uint8Array): ReadProcess[] {
  const { traceEvents } = JSON.parse(Buffer.from(bytes).toString()) as { traceEvents: ChromeEvent[] };
  const processes = new Map<number, ReadProcess>();
  const tracks = new Map<number, Track>();
  const [leaving, entering] = [new Map<number, HalfFlow>(), new Map<number, HalfFlow>()];
  const counters = new Map<string, ReadProcess['counters'][number] & { last: number }>();
  for (const [place, { ph, pid, tid, name, args, ...event }] of traceEvents.entries()) {
    if (name === 'process_name') processes.set(pid, { name: args.name!, threads: [], counters: [], flows: [] });
    else if (name === 'thread_name') tracks.set(tid, beginTrack(processes.get(pid)!, args.name!));
    if (ph === 'M') continue;
    const atNs = Math.round(event.ts * 1000);
    if (ph === 'C') {
      const [[unit, value]] = Object.entries(args) as [string, number][];
      const key = `${pid} ${name}`;
      if (!counters.has(key)) {
        counters.set(key, { name, unit, atNs: [], value: [], last: 0 });
        processes.get(pid)!.counters.push(counters.get(key)!);
      }
      const counter = counters.get(key)!;
      advance(counter, atNs);
      counter.atNs.push(atNs);
      counter.value.push(value);
      continue;
    }
    const on = tracks.get(tid)!;
    advance(on, atNs);
    if (ph === 'B') begin(on, atNs, name, args.about!, args.detail);
    else if (ph === 'E') end(on, atNs);
    else if (ph === 's') keepHalf(leaving, event.id!, { kind: name, track: on, atNs, place });
    else if (ph === 'f' && event.bp === 'e') keepHalf(entering, event.id!, { kind: name, track: on, atNs, place });
    else throw new Error(`unknown event ${ph}`);
  }
  return finish([...processes.values()], [...tracks.values()], leaving, entering);
}

function finish(processes: ReadProcess[], tracks: readonly Track[], leaving: Map<number, HalfFlow>, entering: Map<number, HalfFlow>): ReadProcess[] {
  const unfinished = tracks.find(({ open }) => open.length > 0);
  if (unfinished !== undefined) throw new Error(`a slice on ${unfinished.thread.name} does not end`);
  joinFlows(leaving, entering);
  return processes;
}
