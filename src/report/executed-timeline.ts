/**
 * The timeline of an explored execution: a lane for each simulated thread, on which an access takes 1,000 ns.
 *
 *   1. A thread's active calls are slices around its accesses. A call lasts from its first access to its last.
 *   2. An access whose order decides is of a kind of its own.
 *   3. Between two accesses a thread may be asleep, or preempted while it could run.
 *   4. What a thread is in at the end of the execution, and not done with, lasts until then.
 */
import { operationOf } from '../explore/failures/operation.ts';
import { formatAs, type ValueForm } from '../inspect/value-form.ts';
import { ACCESS } from '../rewrite/sites.ts';
import type { Player } from './player.ts';
import type { Timeline } from './timeline.ts';
import { buildLanes, type Slice } from './timeline-builder.ts';

const STEP_NS = 1000;

const CRITICAL = 'critical access';
const PREEMPTED = 'preempted';
const ASLEEP = 'asleep';
/** The kinds of slices, before those of functions. */
const ABOUT: ReadonlyMap<string, string> = new Map([
  [CRITICAL, 'an access whose order decides'],
  [PREEMPTED, 'could run, but another thread runs'],
  [ASLEEP, 'asleep until another thread wakes it, or a time has passed'],
]);

const ACCESSES: Readonly<Record<number, readonly [name: string, about: string]>> = {
  [ACCESS.load]: ['load', 'a plain load'],
  [ACCESS.byteLoad]: ['load', 'a plain load'],
  [ACCESS.atomicLoad]: ['atomic load', 'an atomic load'],
  [ACCESS.store]: ['store', 'a plain store'],
  [ACCESS.byteStore]: ['store', 'a plain store'],
  [ACCESS.atomicStore]: ['atomic store', 'an atomic store'],
  [ACCESS.rmw]: ['update', 'an atomic read-modify-write'],
  [ACCESS.cas]: ['cas', 'a compare-and-swap that stored'],
  [ACCESS.casFailed]: ['failed cas', 'a compare-and-swap that found another value'],
  [ACCESS.wait]: ['sleep', 'a wait that sleeps'],
  [ACCESS.waitRefused]: ['no sleep', 'a wait that found another value'],
  [ACCESS.notify]: ['wake', 'a wake-up of threads that sleep on a word'],
  [ACCESS.fill]: ['fill', 'a fill of a range'],
  [ACCESS.copy]: ['copy', 'a copy of a range'],
};

type OpenSlice = { -readonly [Field in keyof Slice]: Slice[Field] };

/** A call that a thread is in: the row of its stack among the paths, and its function. */
interface Frame {
  readonly path: number;
  readonly fn: number;
  readonly slice: OpenSlice;
}

/** Returns the timeline. Accesses that the player leaves out count as dropped. */
export function executedTimeline(player: Player): Timeline {
  const { steps, threads, preemptions, waits, name, verdict, omitted } = player;
  const count = steps.thread.length;
  const endNs = count * STEP_NS;
  const slices: OpenSlice[] = [];
  const kinds = new Map([...ABOUT, ...Object.values(ACCESSES)]);
  const stacks = threads.map((): Frame[] => []);
  const pauses: (OpenSlice | undefined)[] = threads.map(() => undefined);
  const lastEnd = threads.map(() => 0);
  const critical = new Set(player.moments.map(({ step }) => step));
  /** The wake-ups in the order of the accesses that cause them. */
  const wakes = waits.step.flatMap((step, i) => (waits.by[i] < 0 ? [] : [{ step, thread: waits.thread[i], by: waits.by[i] }]));
  let wake = 0;
  const stopped = new Map(preemptions.step.map((step, i) => [step, preemptions.from[i]]));

  function open(lane: number, kind: string, startNs: number, detail?: string): OpenSlice {
    const slice = { lane, kind, startNs, endNs, detail };
    slices.push(slice);
    return slice;
  }
  function endPause(thread: number, atNs: number): void {
    const pause = pauses[thread];
    if (pause !== undefined) pause.endNs = atNs;
    pauses[thread] = undefined;
  }
  for (let step = 0; step < count; step++) {
    const atNs = step * STEP_NS;
    const thread = steps.thread[step];
    const from = stopped.get(step);
    if (from !== undefined && pauses[from] === undefined && lastEnd[from] > 0) pauses[from] = open(from, PREEMPTED, atNs);
    endPause(thread, atNs);
    const stack = stacks[thread];
    const frames = framesAt(player, step);
    let common = 0;
    while (common < stack.length && stack[common].path === frames[common]?.path && stack[common].fn === frames[common].fn) common++;
    for (const { slice } of stack.splice(common)) slice.endNs = lastEnd[thread];
    for (const { path, fn } of frames.slice(common)) {
      const kind = `${player.functions[fn]}()`;
      if (!kinds.has(kind)) kinds.set(kind, 'the function is on the stack of calls');
      stack.push({ path, fn, slice: open(thread, kind, atNs) });
    }
    lastEnd[thread] = atNs + STEP_NS;
    open(thread, critical.has(step) ? CRITICAL : ACCESSES[steps.kind[step]][0], atNs, describe(player, step)).endNs = lastEnd[thread];
    for (; wakes[wake]?.step === step; wake++) {
      const pause = pauses[wakes[wake].thread];
      if (pause !== undefined) pause.detail += `, woken by ${threads[wakes[wake].by].name}`;
      endPause(wakes[wake].thread, lastEnd[thread]);
    }
    if (steps.kind[step] === ACCESS.wait) pauses[thread] = open(thread, ASLEEP, lastEnd[thread], `on ${player.words.name[steps.word[step]]}`);
  }
  // Of a thread that has ended, nothing lasts until the end.
  for (const [thread, { ended }] of threads.entries()) if (ended !== null) for (const { slice } of stacks[thread]) slice.endNs = lastEnd[thread];
  return { name: `${name}: ${verdict}`, clock: 'steps', endNs, ...buildLanes(threads.map((thread) => thread.name), slices, kinds), flows: [], counters: [], dropped: omitted };
}

/** Returns the calls around an access, outermost first. */
function framesAt({ steps, sites, paths }: Player, step: number): { readonly path: number; readonly fn: number }[] {
  const frames: { readonly path: number; readonly fn: number }[] = [];
  let at = steps.site[step];
  for (let path = steps.path[step]; ; path = paths.parent[path]) {
    frames.push({ path, fn: sites.function[at] });
    if (path < 0) return frames.reverse();
    at = paths.site[path];
  }
}

/** The forms of values by their number in a player; those of valueNames follow. */
const FORMS: readonly ValueForm[] = ['number', 'bits'];

/** Returns "cas sched.lock 0 → 1, src/sync/lock.ts:72". */
function describe({ steps, words, valueNames, sites, files }: Player, step: number): string {
  const [word, site] = [steps.word[step], steps.site[step]];
  const form = words.form[word];
  const names = (row: number) => valueNames[row].map((each) => each ?? undefined);
  const operation = operationOf({ kind: steps.kind[step], value: steps.value[step], old: steps.old[step] }, words.name[word], (value) => formatAs(FORMS[form] ?? names(form - FORMS.length), value));
  return `${operation}, ${files[sites.file[site]].name}:${sites.line[site]}`;
}
