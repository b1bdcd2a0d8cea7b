/** Sentences about the critical pair of a failure. */
import { ACCESS } from '../../rewrite/sites.ts';
import { changes, wordOf, writes } from './access.ts';
import type { CriticalPair } from './artefact.ts';
import type { Lanes, Row } from './lanes.ts';
import { missedBy, olderLoads } from './older-values.ts';
import type { Recording } from './recording.ts';
import { pairSteps } from './relevant.ts';
import type { Access } from './trace.ts';
import { valueText } from './value-text.ts';

/** An access of a pair, with its place in the trace and the name of its word. */
interface Told extends Access {
  readonly step: number;
  readonly word: string;
  /** Returns the text of a value of that word. */
  readonly text: (value: number) => string;
}

/** The names of the threads, and those of the words by step. */
export type Names = Pick<Lanes, 'names'> & { readonly rows: readonly Pick<Row, 'step' | 'word'>[] };

/** Returns sentences about the critical `pairs`, with the names that the words have in `lanes`. */
export function storyOf(recording: Recording, pairs: readonly CriticalPair[], lanes: Names): string[] {
  const { names } = lanes;
  const told = pairs.map((pair) => tell(recording, [pair], lanes));
  const stale = staleOf(told.flat().sort((a, b) => a.step - b.step));
  const older = olderLoads(recording.trace).slice(0, MOST_OLDER).map((step) => olderStory(recording, step, lanes));
  if (stale !== undefined) return [staleStory(stale, names), ...older];
  return [...told.filter(({ length }) => length === 2).map(([first, second]) => pairStory(first, second, names)), ...older];
}

/** Loads of older values that the story tells of. */
const MOST_OLDER = 6;

/** Returns a sentence about a load of an older value. */
function olderStory({ trace }: Recording, step: number, { names, rows }: Names): string {
  const load = trace.at(step);
  const missed = missedBy(trace, step);
  const word = rows.find((row) => row.step === step + 1)?.word ?? `word ${wordOf(load)}`;
  const by = missed < 0 ? '' : ` that ${names[trace.threadAt(missed)]} had stored at step ${missed + 1}`;
  return `${names[load.thread]}'s load of ${word} saw the older value ${valueText(trace, load, word, load.value)}, not the ${valueText(trace, load, word, load.old)}${by}`;
}

/** Returns the accesses of `pairs` in order. */
function tell(recording: Recording, pairs: readonly CriticalPair[], { rows }: Names): Told[] {
  return pairSteps(recording, pairs).map((step) => {
    const access = recording.trace.at(step);
    const word = rows.find((row) => row.step === step + 1)?.word ?? `word ${wordOf(access)}`;
    return { ...access, step, word, text: (value) => valueText(recording.trace, access, word, value) };
  });
}

/** A critical access, with a sentence about what it did. */
export interface Moment {
  /** Place in the trace, from 0. */
  readonly step: number;
  readonly text: string;
}

/** Returns the accesses of the critical `pairs` in order, each with a sentence. */
export function momentsOf(recording: Recording, pairs: readonly CriticalPair[], lanes: Names): Moment[] {
  const told = tell(recording, pairs, lanes);
  const stale = staleOf(told);
  return told.map((each) => ({ step: each.step, text: `${lanes.names[each.thread]} ${each.step === stale?.after.step ? actsOnStale(stale) : deed(each)}` }));
}

/** Returns what the access does, without its thread: `reads sched.lock: 0`. */
function deed(access: Told): string {
  const { word, kind } = access;
  const value = access.text(access.value);
  if (kind === ACCESS.wait) return `goes to sleep on ${word}, which is ${value}`;
  if (kind === ACCESS.waitRefused) return `wants to sleep on ${word}, but it is ${value} already`;
  if (kind === ACCESS.notify) return `wakes ${access.value} of the threads that sleep on ${word}`;
  if (kind === ACCESS.fill || kind === ACCESS.copy) return `overwrites ${access.value} words from ${word} on`;
  if (kind === ACCESS.casFailed) return `tries to change ${word}, but finds ${value} there`;
  if (!writes(access)) return `reads ${word}: ${value}`;
  return changes(access) ? `changes ${word} from ${access.text(access.old)} to ${value}` : `writes ${value} to ${word}, which it was already`;
}

/** Returns what the last of the three accesses does, and what is wrong with it. */
function actsOnStale({ look, change, after }: Stale): string {
  const { word } = after;
  const read = look.text(look.value);
  if (!writes(after)) return `reads ${word} once more: ${after.text(after.value)}, and not the ${read} of step ${look.step + 1}`;
  const value = after.text(after.value);
  const made = after.value === look.value ? `, the value that it read at step ${look.step + 1}` : `, made from the ${read} that it read at step ${look.step + 1}`;
  const lost = changes(after) && !WITH_COMPARISON.has(after.kind) ? `. It overwrites ${after.text(after.old)}, and so loses the change of step ${change.step + 1}` : '';
  const twice = changes(after) ? '' : `. It was ${value} already, since step ${change.step + 1}`;
  return `writes ${value} to ${word}${made}${lost}${twice}`;
}

/** Kinds that write only what they made from the value they replace. */
const WITH_COMPARISON: ReadonlySet<number> = new Set([ACCESS.cas, ACCESS.rmw]);

/** A read of a word, a change of it by another thread, and the first thread's next access to it. */
interface Stale {
  readonly look: Told;
  readonly change: Told;
  readonly after: Told;
}

/** Returns the accesses by which a thread acted on a stale value, if there are any among `accesses`, which are in order. */
function staleOf(accesses: readonly Told[]): Stale | undefined {
  for (const [i, look] of accesses.entries()) {
    if (changes(look)) continue;
    const later = accesses.slice(i + 1).filter((each) => wordOf(each) === wordOf(look));
    const change = later.find((each) => each.thread !== look.thread && changes(each));
    const after = later.find((each) => each.thread === look.thread && change !== undefined && each.step > change.step);
    if (change !== undefined && after !== undefined) return { look, change, after };
  }
  return undefined;
}

function staleStory({ look, change, after }: Stale, names: readonly string[]): string {
  const [own, other] = [names[after.thread], names[change.thread]];
  const { word } = after;
  const read = look.text(look.value);
  if (!writes(after)) return `${own} ${past(look)} ${word} (${read}), then ${other} changed it to ${change.text(change.value)}, and ${own}'s second ${noun(after)} of it saw the change`;
  if (after.value === look.value) return `${own}'s ${noun(after)} wrote back to ${word} a value (${read}) that ${other} had changed since ${own} read it`;
  return `${own}'s ${noun(after)} wrote to ${word} a value (${after.text(after.value)}) made from ${read}, which ${other} had changed since ${own} read it`;
}

/** Returns a sentence about the order of a pair, and what the second access found. */
function pairStory(first: Told, second: Told, names: readonly string[]): string {
  const [one, other] = [names[first.thread], names[second.thread]];
  if (changes(first) && !writes(second)) return `${other}'s ${noun(second)} of ${second.word} came after ${one}'s ${noun(first)} had changed it from ${first.text(first.old)} to ${first.text(first.value)}`;
  if (writes(second) && !writes(first)) return `${one}'s ${noun(first)} of ${first.word} came before ${other}'s ${noun(second)}, and found ${first.text(first.value)}`;
  return `${one}'s ${noun(first)} of ${first.word} came before ${other}'s ${noun(second)}`;
}

const NOUNS: ReadonlyMap<number, string> = new Map([
  [ACCESS.load, 'load'], [ACCESS.atomicLoad, 'load'], [ACCESS.byteLoad, 'load'],
  [ACCESS.store, 'store'], [ACCESS.atomicStore, 'store'], [ACCESS.byteStore, 'store'],
  [ACCESS.rmw, 'update'], [ACCESS.cas, 'compare-and-swap'], [ACCESS.casFailed, 'failed compare-and-swap'],
  [ACCESS.wait, 'wait'], [ACCESS.waitRefused, 'refused wait'], [ACCESS.notify, 'wake-up'], [ACCESS.fill, 'fill'], [ACCESS.copy, 'copy'],
]);

function noun({ kind }: Access): string {
  return NOUNS.get(kind) ?? 'access';
}

function past(access: Access): string {
  return writes(access) ? 'wrote' : access.kind === ACCESS.wait || access.kind === ACCESS.waitRefused ? 'waited on' : 'read';
}
