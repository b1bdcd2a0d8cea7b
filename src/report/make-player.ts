/** Makes the data of the player from a recorded execution. */
import { explainOutcome } from '../explore/failure.ts';
import type { CriticalPair } from '../explore/failures/artefact.ts';
import { takenFrom } from '../explore/failures/lanes.ts';
import type { Recording } from '../explore/failures/recording.ts';
import type { Ground } from '../explore/failures/stand.ts';
import { momentsOf, storyOf } from '../explore/failures/story.ts';
import { unnumbered, type Trace } from '../explore/failures/trace.ts';
import { film, type Film } from '../explore/film/film.ts';
import { sourceText } from '../explore/film/source-text.ts';
import type { ReadSource } from '../explore/film/sources.ts';
import { sizeOf, type Setting } from '../explore/scenarios/scenario.ts';
import { valueForm } from '../inspect/name-value.ts';
import type { ValueForm } from '../inspect/value-form.ts';
import type { Mutant } from '../mutants/mutant.ts';
import type { Site } from '../rewrite/sites.ts';
import type { Player } from './player.ts';

export interface Played {
  readonly ground: Ground;
  readonly setting: Setting;
  readonly sites: readonly Site[];
  readonly recording: Recording;
  readonly pairs: readonly CriticalPair[];
  /** Read the sources that ran, and those without the mutant. */
  readonly read: ReadSource;
  readonly readOriginal?: ReadSource;
  readonly mutant?: Mutant;
  /** The command that repeats the execution. */
  readonly repeat: string;
}

/** Most accesses that are kept, the last ones: some five megabytes. */
const MOST_STEPS = 100_000;

/** Returns the data of the player. Runs the execution once more. @param most most accesses that are kept */
export function makePlayer({ ground, setting, sites, recording, pairs, read, readOriginal, mutant, repeat }: Played, most = MOST_STEPS): Player {
  const { trace, names, ended, outcome } = recording;
  const filmed = film(ground, setting, sites, recording);
  const omitted = Math.max(0, trace.length - most);
  const steps = Array.from({ length: trace.length - omitted }, (_, step) => trace.at(omitted + step));
  const isKept = ({ step }: { readonly step: number }) => step >= omitted;
  const places = placesOf(steps.map(({ site }) => site), filmed.paths.site, sites);
  const lanes = { names, rows: filmed.wordAt.map((word, step) => ({ step: step + 1, word: filmed.words.name[word] })) };
  const taken = [...takenFrom(recording)].filter(([step]) => step >= omitted);
  return {
    name: `${shortened(ground.scenario.name)} on ${sizeOf(ground.scenario, setting.knobs)}${mutant === undefined ? '' : `, with ${mutant.name} planted`}`,
    verdict: outcome.verdict,
    explanation: explainOutcome(outcome, trace.length).map(shortened),
    story: storyOf(recording, pairs, lanes).map(shortened),
    moments: momentsOf(recording, pairs, lanes).filter(isKept).map(({ step, text }) => ({ step: step - omitted, text: shortened(text) })),
    mutant: mutant === undefined ? null : { name: mutant.name, breaks: mutant.breaks, file: mutant.file },
    repeat,
    threads: names.map((name, thread) => ({ name: shortened(name), ended: ended[thread] < 0 ? null : Math.max(0, ended[thread] - omitted) })),
    files: sourceText(places.lines, read, readOriginal).map(({ name, blocks, planted }) => ({
      name: shortened(name),
      blocks: blocks.map(({ line, lines }) => ({ line, lines: [...lines] })),
      planted: planted === null ? null : [...planted],
    })),
    functions: places.functions,
    sites: places.sites,
    paths: { parent: filmed.paths.parent, site: filmed.paths.site.map(places.rowOf) },
    ...wordsOf(filmed, trace),
    omitted,
    steps: {
      thread: steps.map(({ thread }) => thread),
      site: steps.map(({ site }) => places.rowOf(site)),
      path: filmed.pathAt.slice(omitted),
      word: filmed.wordAt.slice(omitted),
      kind: steps.map(({ kind }) => kind),
      value: steps.map(({ value }) => value),
      old: steps.map(({ old }) => old),
    },
    preemptions: { step: taken.map(([step]) => step - omitted), from: taken.map(([, thread]) => thread) },
    locks: columns(filmed.locks.map((each) => sinceFirst(each, omitted)), ['step', 'holder', 'word']),
    waits: columns(filmed.waits.map((each) => sinceFirst(each, omitted)), ['step', 'thread', 'wait', 'word', 'by']),
  };
}

/** Longest text that is kept whole: names come from users' modules. */
const LONGEST = 2000;

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}

/** Returns a change as of the first step that is kept, if it came before. */
function sinceFirst<Change extends { readonly step: number }>(change: Change, omitted: number): Change {
  return { ...change, step: Math.max(0, change.step - omitted) };
}

/** Returns the columns `names` of a table. */
function columns<Name extends string>(rows: readonly Readonly<Record<Name, number>>[], names: readonly Name[]): Record<Name, number[]> {
  return Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])])) as Record<Name, number[]>;
}

/** The sites that occur, in the order in which they do. */
interface Places {
  readonly sites: Player['sites'];
  readonly functions: string[];
  /** By file, the lines that occur. */
  readonly lines: Map<string, Set<number>>;
  /** Returns the row of a site. */
  readonly rowOf: (site: number) => number;
}

function placesOf(accesses: readonly number[], calls: readonly number[], all: readonly Site[]): Places {
  const rows = new Map<number, number>();
  for (const site of [...accesses, ...calls]) if (!rows.has(site)) rows.set(site, rows.size);
  const sites = [...rows.keys()].map((site) => all[site]);
  const lines = new Map<string, Set<number>>();
  for (const { file, line } of sites) {
    if (!lines.has(file)) lines.set(file, new Set());
    lines.get(file)!.add(line);
  }
  const files = [...lines.keys()];
  const functions = [...new Set(sites.map(({ fn }) => unnumbered(fn)))];
  const [fileRows, functionRows] = [rowsOf(files), rowsOf(functions)];
  return {
    sites: {
      file: sites.map(({ file }) => fileRows.get(file)!),
      line: sites.map(({ line }) => line),
      function: sites.map(({ fn }) => functionRows.get(unnumbered(fn))!),
      text: sites.map(({ text }) => shortened(unnumbered(text))),
    },
    functions: functions.map(shortened),
    lines,
    rowOf: (site) => rows.get(site)!,
  };
}

function rowsOf<Item>(items: readonly Item[]): Map<Item, number> {
  return new Map(items.map((item, i) => [item, i]));
}

/** Values below this have names only in lists of names. */
const NAMED_FORM = 2;

function wordsOf({ words: { at, name }, wordAt }: Film, trace: Trace): Pick<Player, 'words' | 'valueNames'> {
  const valueNames: ValueForm[] = [];
  const largest = new Map<number, number>();
  for (const [step, word] of wordAt.entries()) largest.set(word, Math.max(largest.get(word) ?? 0, trace.at(step).value, trace.at(step).old));
  const form = name.map((each, row) => {
    // The trace has numbers for values that are no 32-bit numbers: the text of each is its name.
    const isShown = trace.show(at[row], 0) !== undefined;
    const found = isShown ? Array.from({ length: (largest.get(row) ?? 0) + 1 }, (_, value) => trace.show(at[row], value)) : valueForm(each);
    if (found === 'number') return 0;
    if (found === 'bits') return 1;
    const known = valueNames.indexOf(found);
    return NAMED_FORM + (known >= 0 ? known : valueNames.push(found) - 1);
  });
  const lists = valueNames.filter((each) => typeof each !== 'string').map((each) => Array.from(each, (value) => value ?? null));
  return { words: { at: [...at], name: name.map(shortened), form }, valueNames: lists };
}
