/**
 * The timeline of a collection: what each thread did when. A measured machine (gc/events), the model's virtual clocks
 * and an explored execution yield the same form, which the report draws and the trace files hold.
 */

/** The origin of the times: a monotonic clock, the clocks of the model, or one access to shared memory as 1,000 ns. */
export const CLOCKS = ['measured', 'virtual', 'steps'] as const;
export const FLOW_KINDS = ['handoff', 'steal'] as const;
export const COUNTER_UNITS = ['bytes', 'count'] as const;

/** A moment on a lane. Times are nanoseconds from the start of the timeline. */
interface Moment {
  lane: number;
  atNs: number;
}

export interface Timeline {
  name: string;
  clock: (typeof CLOCKS)[number];
  endNs: number;
  /** The kinds of slices that occur: `kind` of a slice is an index into this list. */
  kinds: { name: string; about: string }[];
  /** A lane for each thread. Its slices are columns of equal length, ordered by start; a slice is nested in another or apart from it. */
  lanes: {
    name: string;
    kind: number[];
    startNs: number[];
    durationNs: number[];
    /** What the slice was about, by its index: a root, a span, an address. */
    detail: Record<string, string>;
  }[];
  /** Work that one thread handed to another: from the moment it was published to the moment it was taken. */
  flows: { kind: (typeof FLOW_KINDS)[number]; from: Moment; to: Moment }[];
  /** Values over time, in columns of equal length. */
  counters: { name: string; unit: (typeof COUNTER_UNITS)[number]; atNs: number[]; value: number[] }[];
  /** Events that the threads' rings had no room for. */
  dropped: number;
  /** Earlier slices that were left out, so that the timeline has a bounded size. It then begins where the last of them ended. */
  older?: number | undefined;
}
