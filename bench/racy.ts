/**
 * `node dist/bench/racy.js`: explores until a million executions have reached each racy access of the core, under each weak
 * memory model. What was run is kept in bench/racy-accesses.json, and the next call goes on from there.
 * At its end it writes the table of docs/explanation/memory-model.md. With --seconds 0 it does only that.
 *
 * 1. With --survey: run a few executions in every setting of every scenario under `js`, and choose the setting for
 *    each access (racy-choice.ts). With --survey NAMES: only of the scenarios whose names begin so, with more executions;
 *    accesses that none of them reaches keep their settings.
 * 2. Take the access that will have enough soonest, divided by the accesses that lack executions of the same setting, and run it.
 * 3. Repeat from 2 until every access has enough, or the time is up.
 */
import { execFileSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { Command } from 'commander';
import { ROOT } from '../src/base/root.ts';
import { loadCore } from '../src/explore/load.ts';
import { chooseWays, type Way } from './racy-choice.ts';
import { allPlaces, runnerAt, type Place } from './racy-run.ts';
import { addCounts, placeFor, readRecord, runAt, sumOf, writeRecord, type RacyRecord, type Run } from './racy-record.ts';
import { racySites } from './racy-sites.ts';
import { writeTable } from './racy-table.ts';

const GOAL = 1_000_000;
/** Seconds between two writings of the record. */
const SLICE = 20;
/** Executions and seconds of a setting in the survey. */
const SURVEY = { executions: 150, seconds: 0.4 };
/** The same for chosen scenarios: V8 has compiled the code by the end of the first half, and only the second counts. */
const LONG_SURVEY = { executions: 4000, seconds: 2 };
const WEAK = ['js', 'tso'] as const;

const program = new Command('node dist/bench/racy.js')
  .option('--survey [names]', 'choose the settings anew, among the scenarios whose names begin with one of these, separated by commas; among all by default')
  .option('--seconds <n>', 'time limit', Number, 240)
  .option('--goal <n>', 'executions for each access and model', Number, GOAL)
  .option('--json', 'print the counts as one JSON document')
  .parse();
const { survey, seconds, goal, json } = program.opts<{ survey?: boolean | string; seconds: number; goal: number; json?: boolean }>();

const loaded = await loadCore(true);
const keys = racySites(loaded.sites).map(({ key }) => key);
const record = readRecord();
const commit = execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
const say = (line: string) => void (json || console.log(line));

if (survey) choose(record, survey === true ? null : survey.split(','));
explore(record);
writeTable(record, keys);
const counts = keys.map((key) => ({ access: key, ...Object.fromEntries(WEAK.map((memory) => [memory, sumOf(record, key, memory)])) }));
if (json) console.log(JSON.stringify({ goal, accesses: counts }, null, 2));

function choose(to: RacyRecord, names: readonly string[] | null): void {
  const found = new Map<string, Way[]>();
  const places = allPlaces().filter(({ scenario }) => names === null || names.some((name) => scenario.name.startsWith(name)));
  for (const [i, place] of places.entries()) {
    if (i % 100 === 0) say(`survey: ${i} of ${places.length} settings`);
    const run = runnerAt(place, 'js', loaded);
    if (names !== null) run(1, LONG_SURVEY.executions, LONG_SURVEY.seconds);
    const { executions: most, seconds: limit } = names === null ? SURVEY : LONG_SURVEY;
    const { reached, seconds: took } = run(1, most, limit);
    for (const [key, { executions, older }] of Object.entries(reached)) found.set(key, [...(found.get(key) ?? []), { place, perSecond: executions / took, older: older / took }]);
  }
  const kept = names === null ? {} : to.chosen;
  to.chosen = { ...kept, ...Object.fromEntries([...chooseWays(found)].map(([key, { place, perSecond }]) => [key, { scenario: place.scenario.name, knobs: place.knobs, perSecond: Math.ceil(perSecond) }])) };
  for (const key of keys) if (to.chosen[key] === undefined) say(`no setting reaches ${key}`);
  writeRecord(to);
}

function explore(to: RacyRecord): void {
  const end = performance.now() + 1000 * seconds;
  const runners = new Map<string, ReturnType<typeof runnerAt>>();
  for (;;) {
    const left = (end - performance.now()) / 1000;
    const next = soonest(to);
    if (next === undefined || left <= 0) return;
    const { key, memory, place, lacks } = next;
    const run: Run = runAt(to, place, { memory, commit, build: loaded.build });
    const name = `${memory} ${place.scenario.name} ${JSON.stringify(place.knobs)}`;
    let runner = runners.get(name);
    if (runner === undefined) runners.set(name, (runner = runnerAt(place, memory, loaded)));
    const result = runner(run.seed + run.executions, lacks, Math.min(SLICE, left));
    addCounts(run, result);
    writeRecord(to);
    say(`${name}: ${run.executions} executions, ${Math.round(result.executions / result.seconds)}/s, ${JSON.stringify(run.failures)}; ${key}: ${sumOf(to, key, memory).executions}`);
    if (result.reached[key] === undefined && result.executions > 0 && lacks > 1000) say(`${key} was not reached in ${result.executions} executions`);
  }
}

/** Returns the access to explore for next; undefined if all have enough executions. */
function soonest(of: RacyRecord): { readonly key: string; readonly memory: (typeof WEAK)[number]; readonly place: Place; readonly lacks: number } | undefined {
  return WEAK.flatMap((memory) => keys.flatMap((key) => {
    const place = placeFor(of, key);
    const lacks = goal - sumOf(of, key, memory).executions;
    if (place === undefined || lacks <= 0) return [];
    const sharing = keys.filter((other) => isSame(of.chosen[other], of.chosen[key]) && sumOf(of, other, memory).executions < goal).length;
    return [{ key, memory, place, lacks, cost: lacks / of.chosen[key].perSecond / sharing }];
  })).toSorted((a, b) => a.cost - b.cost)[0];
}

function isSame(one: RacyRecord['chosen'][string] | undefined, other: RacyRecord['chosen'][string]): boolean {
  return one !== undefined && one.scenario === other.scenario && JSON.stringify(one.knobs) === JSON.stringify(other.knobs);
}
