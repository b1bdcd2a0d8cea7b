/** The flows of a timeline: full work buffers that another M took, and iterations of the parallel for that were stolen. */
import type { MachineEvent } from '../inspect/events.ts';
import { MOMENT } from '../sync/event-kinds.ts';
import type { Timeline } from './timeline.ts';

type Flow = Timeline['flows'][number];

/** The clocks of two threads may differ by as much, ns. */
const SKEW_NS = 1_000_000;

/**
 * Matches the M that puts a buffer with the M that takes it. A put without a get, and a get whose put was dropped,
 * make no flow. A buffer that its own M takes again makes none either.
 * @param events of all Ms, in any order
 * @returns flows on the clock of the events, by the moment of the receiver
 */
export function flowsOf(events: readonly MachineEvent[], lanes: number): Flow[] {
  const flows: Flow[] = [];
  const puts = new Map<string, MachineEvent[]>();
  for (const event of events) {
    if (event.kind !== MOMENT.put && event.kind !== MOMENT.give) continue;
    const key = `${event.detail} ${event.count}`;
    const same = puts.get(key);
    if (same === undefined) puts.set(key, [event]);
    else same.push(event);
  }
  for (const event of events) {
    if (event.kind === MOMENT.get) {
      const put = takePut(puts.get(`${event.detail} ${event.count}`), event.startNs);
      if (put !== undefined && put.lane !== event.lane) flows.push(flow(put.kind === MOMENT.give ? 'handoff' : 'steal', put.lane, put.startNs, event));
    } else if (event.kind === MOMENT.stolen && event.detail >= 0 && event.detail < lanes && event.detail !== event.lane) {
      flows.push(flow('steal', event.detail, event.startNs, event));
    }
  }
  return flows.sort((a, b) => a.to.atNs - b.to.atNs);
}

/** Takes the last of `puts` before `atNs` off the list: the number of pushes of a buffer wraps. */
function takePut(puts: MachineEvent[] | undefined, atNs: number): MachineEvent | undefined {
  let best = -1;
  puts?.forEach(({ startNs }, i) => {
    if (startNs <= atNs + SKEW_NS && (best === -1 || startNs > puts[best].startNs)) best = i;
  });
  return best === -1 ? undefined : puts!.splice(best, 1)[0];
}

function flow(kind: Flow['kind'], lane: number, atNs: number, to: MachineEvent): Flow {
  return { kind, from: { lane, atNs: Math.min(atNs, to.startNs) }, to: { lane: to.lane, atNs: to.startNs } };
}
