/** The kinds of events in the rings (events.ts). */

/** What an M does: at each moment one of these, so an M's slices of these kinds lie end to end. */
export const DOING = { nothing: 0, mutator: 1, schedule: 2, idle: 3, stopped: 4, stop: 5, sweepRest: 6, collect: 7, roots: 8, scan: 9, spin: 10, yield: 11, sleep: 12, wait: 13, sweep: 14, start: 15, worldsema: 16 } as const;

/** What happens inside a slice of DOING. */
export const WITHIN = { root: 17, steal: 18, handoff: 19, flush: 20, sweepSpans: 21, oracle: 22 } as const;

/**
 * Moments: a full work buffer is put on `full`, as it filled up (`put`) or for a waiting M (`give`); a full buffer is
 * taken (`get`); iterations of the parallel for are stolen (`stolen`); a value is sampled (`sample`).
 */
export const MOMENT = { put: 32, give: 33, get: 34, stolen: 35, sample: 36 } as const;

/** The values that are sampled. */
export const SAMPLE = { heapLive: 0, nextGc: 1, unswept: 2 } as const;

/** Name and meaning of each kind of slice. `oracle` is none: its time is left out of a timeline. */
export const SLICES: ReadonlyMap<number, { readonly name: string; readonly about: string }> = new Map([
  [DOING.mutator, { name: 'mutator', about: 'a goroutine runs, or the scheduler on the way to the next one' }],
  [DOING.schedule, { name: 'schedule', about: "looking for a goroutine in the other Ps' queues" }],
  [DOING.idle, { name: 'idle', about: 'asleep: there is no goroutine to run' }],
  [DOING.stopped, { name: 'stopped', about: 'at a safe point while the world is stopped' }],
  [DOING.stop, { name: 'stop', about: 'stopping the world' }],
  [DOING.sweepRest, { name: 'sweep rest', about: 'sweeping in the pause what the last cycle left' }],
  [DOING.collect, { name: 'collect', about: 'the rest of the pause: set-up, goal, statistics, log' }],
  [DOING.roots, { name: 'roots', about: 'the parallel for over the roots' }],
  [DOING.scan, { name: 'scan', about: 'scanning objects' }],
  [DOING.spin, { name: 'getfull spin', about: 'waiting for work, spinning' }],
  [DOING.yield, { name: 'getfull yield', about: 'waiting for work, yielding the processor' }],
  [DOING.sleep, { name: 'getfull sleep', about: 'waiting for work, asleep' }],
  [DOING.wait, { name: 'wait', about: 'the collecting M waits for the last helper' }],
  [DOING.sweep, { name: 'sweep', about: 'sweeping' }],
  [DOING.start, { name: 'start', about: 'starting the world' }],
  [DOING.worldsema, { name: 'worldsema', about: 'waiting to stop the world while another M collects' }],
  [WITHIN.sweepSpans, { name: 'sweep', about: 'sweeping' }],
  [WITHIN.root, { name: 'root', about: 'gathering roots and scanning what only they lead to' }],
  [WITHIN.steal, { name: 'steal', about: 'looking for roots in the ranges of the other threads' }],
  [WITHIN.handoff, { name: 'handoff', about: 'handing off work to a waiting M' }],
  [WITHIN.flush, { name: 'flush', about: 'returning the spans of the MCaches' }],
]);
