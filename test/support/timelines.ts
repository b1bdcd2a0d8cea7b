/** Timelines for tests: by hand in a few words, and plausible ones from a seed. */
import { seedState, xorshift32 } from '../../src/base/random.ts';
import type { Timeline } from '../../src/report/timeline.ts';

/** A slice: kind, start, end, and what it was about. */
type Slice = readonly [kind: string, fromNs: number, toNs: number, detail?: string];
/** A flow: kind, lane and time of its publication, lane and time of its taking. */
type Flow = readonly [kind: 'handoff' | 'steal', fromLane: number, fromNs: number, toLane: number, toNs: number];

/** What each kind of slice is, for timelines of tests. */
const ABOUT: Readonly<Record<string, string>> = {
  stop: 'Stops the world: asks the other threads to reach a safe point and waits for them.',
  roots: 'Takes roots in parallel with the other threads.',
  root: 'Scans one root: a part of data or bss, a stack, a list.',
  scan: 'Scans blocks from the work buffer.',
  steal: 'Takes half of another thread’s share of the roots.',
  handoff: 'Publishes half of its work buffer for a waiting thread.',
  'getfull spin': 'Waits for work: spins.',
  'getfull yield': 'Waits for work: yields the core.',
  'getfull sleep': 'Waits for work: sleeps.',
  flush: 'Writes counters back.',
  sweep: 'Frees the unmarked blocks of a span.',
  mutator: 'Runs goroutines.',
};

/** Returns the timeline with these lanes, each named M0, M1, … It ends with the last slice or flow. */
export function timelineOf(lanes: readonly (readonly Slice[])[], flows: readonly Flow[] = [], rest: Partial<Timeline> = {}): Timeline {
  const names = Object.keys(ABOUT);
  for (const [kind] of lanes.flat()) if (!names.includes(kind)) names.push(kind);
  const ends = [...lanes.flat().map(([, , toNs]) => toNs), ...flows.map(([, , , , toNs]) => toNs)];
  return {
    name: 'test',
    clock: 'measured',
    endNs: Math.max(0, ...ends),
    kinds: names.map((name) => ({ name, about: ABOUT[name] ?? '' })),
    lanes: lanes.map((slices, i) => ({
      name: `M${i}`,
      kind: slices.map(([kind]) => names.indexOf(kind)),
      startNs: slices.map(([, fromNs]) => fromNs),
      durationNs: slices.map(([, fromNs, toNs]) => toNs - fromNs),
      detail: Object.fromEntries(slices.flatMap(([, , , detail], at) => (detail === undefined ? [] : [[String(at), detail]]))),
    })),
    flows: flows.map(([kind, fromLane, fromNs, toLane, toNs]) => ({ kind, from: { lane: fromLane, atNs: fromNs }, to: { lane: toLane, atNs: toNs } })),
    counters: [],
    dropped: 0,
    ...rest,
  };
}

export interface CollectionOptions {
  readonly seed?: number;
  readonly threads?: number;
  /** About so many slices. */
  readonly slices?: number;
}

/**
 * Returns the timeline of an invented collection: M0 stops the world; all scan roots, then blocks, wait now and then,
 * and are handed or steal work; M0 goes on with the program while the others sweep.
 */
export function collectionTimeline(options: CollectionOptions = {}, rest: Partial<Timeline> = {}): Timeline {
  const { seed = 1, threads = 4, slices = 300 } = options;
  let state = seedState(seed);
  function random(from: number, to: number): number {
    state = xorshift32(state);
    return Math.round(from + ((to - from) * state) / 2 ** 32);
  }
  const lanes: Slice[][] = Array.from({ length: threads }, () => []);
  const flows: Flow[] = [];
  const at = lanes.map((_, lane) => 40_000 + random(0, 8000) * Math.min(lane, 1));
  lanes[0].push(['mutator', 0, 20_000, 'main'], ['stop', 20_000, at[0]]);
  for (const [lane, slicesOf] of lanes.entries()) {
    if (lane > 0) slicesOf.push(['mutator', 0, random(20_000, 38_000)]);
    pushRoots(lane);
  }
  const rounds = Math.max(1, Math.round(slices / threads / 3) - 4);
  for (let round = 0; round < rounds; round++) {
    // The lane that is furthest back acts next, so that a publication comes before its taking.
    for (let turn = 0; turn < threads; turn++) act(at.indexOf(Math.min(...at)));
  }
  const markedNs = Math.max(...at);
  for (let lane = 0; lane < threads; lane++) {
    if (at[lane] < markedNs) push(lane, 'getfull sleep', markedNs - at[lane]);
    push(lane, 'flush', 1500);
  }
  for (let lane = 0; lane < threads; lane++) {
    if (lane === 0) push(lane, 'mutator', 60_000, 'main');
    else for (let span = 0; span < 6; span++) push(lane, 'sweep', random(2000, 6000), `span ${lane * 6 + span}`);
  }
  const endNs = Math.max(...at);
  const points = 200;
  const atNs = Array.from({ length: points }, (_, i) => (endNs * i) / (points - 1));
  return timelineOf(lanes, flows, {
    name: `invented collection, seed ${seed}`,
    endNs,
    counters: [
      { name: 'heap in use', unit: 'bytes', atNs, value: atNs.map((ns) => (ns < markedNs ? 4_000_000 + 5 * Math.min(ns, 20_000) : 4_100_000 - 20 * (ns - markedNs))) },
      { name: 'unswept spans', unit: 'count', atNs, value: atNs.map((ns) => (ns < markedNs ? 0 : Math.max(0, Math.round(60 - (ns - markedNs) / 800)))) },
    ],
    ...rest,
  });

  function push(lane: number, kind: string, ns: number, detail?: string): void {
    lanes[lane].push(detail === undefined ? [kind, at[lane], at[lane] + ns] : [kind, at[lane], at[lane] + ns, detail]);
    at[lane] += ns;
  }
  function pushRoots(lane: number): void {
    const startNs = at[lane];
    const first = lanes[lane].length;
    for (let root = 0; root < 3; root++) push(lane, 'root', random(2000, 9000), `root ${lane * 3 + root}`);
    lanes[lane].splice(first, 0, ['roots', startNs, at[lane]]);
  }
  function act(lane: number): void {
    const chance = random(0, 99);
    const giver = random(0, threads - 1);
    if (chance < 70 || giver === lane) {
      const from = at[lane];
      const ns = random(3000, 24_000);
      push(lane, 'scan', ns, `${random(20, 900)} blocks`);
      if (chance < 20) lanes[lane].push(['handoff', from + Math.round(ns / 2), from + Math.round(ns / 2) + 800]);
    } else if (chance < 90) {
      const from = at[lane];
      push(lane, 'getfull spin', random(300, 1500));
      if (chance > 80) push(lane, 'getfull yield', random(500, 4000));
      if (chance > 85) push(lane, 'getfull sleep', random(2000, 20_000));
      if (at[giver] > from) flows.push(['handoff', giver, Math.min(at[giver], at[lane]) - 200, lane, at[lane]]);
    } else {
      push(lane, 'steal', random(300, 900), `from M${giver}`);
      flows.push(['steal', giver, Math.min(at[giver], at[lane] - 300), lane, at[lane]]);
    }
  }
}
