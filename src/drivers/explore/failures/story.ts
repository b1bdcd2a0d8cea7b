/** What happened at the accesses whose order decides, in a sentence each. */
import { formatValue } from '../../name-value.ts';
import { ACCESS } from '../rewrite/sites.ts';
import { changes, wordOf, writes } from './access.ts';
import type { CriticalPair } from './artefact.ts';
import type { Lanes } from './lanes.ts';
import type { Recording } from './recording.ts';
import { pairSteps } from './relevant.ts';
import type { Access } from './trace.ts';

/** An access of a pair, with the name of its word. */
interface Told extends Access {
  readonly word: string;
}

/** Sentences about the critical `pairs`, with the words by the names that they have in `lanes`. */
export function storyOf(recording: Recording, pairs: readonly CriticalPair[], lanes: Lanes): string[] {
  const told = pairs.map((pair): readonly [Told, Told] => {
    const [first, second] = pairSteps(recording, [pair]).map((step): Told => ({ ...recording.trace.at(step), word: lanes.rows.find((row) => row.step === step + 1)?.word ?? `word ${wordOf(recording.trace.at(step))}` }));
    return [first, second];
  });
  if (told.some(([first, second]) => first === undefined || second === undefined)) return [];
  if (told.length === 2) {
    const [[before], [between, after]] = told;
    if (before.thread === after.thread && !(writes(before) && changes(before)) && changes(between)) return [staleStory(before, between, after, lanes.names)];
  }
  return told.map(([first, second]) => pairStory(first, second, lanes.names));
}

/** A thread went by a value that another had changed meanwhile. */
function staleStory(before: Told, between: Told, after: Told, names: readonly string[]): string {
  const [own, other] = [names[after.thread], names[between.thread]];
  const from = `${own} ${past(before)} ${before.word} (${formatValue(before.word, before.value)})`;
  const change = `${other} changed it to ${formatValue(between.word, between.value)}`;
  if (!writes(after)) return `${from}, then ${change}, and ${own}'s second ${noun(after)} of it saw the change`;
  const wrote = formatValue(after.word, after.value);
  if (after.value === before.value) return `${own}'s ${noun(after)} wrote back to ${after.word} a value (${wrote}) that ${other} had changed to ${formatValue(between.word, between.value)} since ${own} read it`;
  return `${from}, then ${change}, and ${own}'s ${noun(after)} overwrote that with ${wrote}, made from what it had read`;
}

/** The order alone: who came first, and what the second found. */
function pairStory(first: Told, second: Told, names: readonly string[]): string {
  const [one, other] = [names[first.thread], names[second.thread]];
  if (changes(first) && !writes(second)) return `${other}'s ${noun(second)} of ${second.word} came after ${one}'s ${noun(first)} had changed it from ${formatValue(first.word, first.old)} to ${formatValue(first.word, first.value)}`;
  if (writes(second) && !writes(first)) return `${one}'s ${noun(first)} of ${first.word} came before ${other}'s ${noun(second)}, and found ${formatValue(first.word, first.value)}`;
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
