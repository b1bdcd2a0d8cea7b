/** `sweepgen litmus`: what shared memory does, by the specification, by exploration, and on this machine. */
import { Option, type Command } from 'commander';
import { EXIT } from '../../base/fatal.ts';
import { formatCount, plural } from '../../base/units.ts';
import { MEMORIES, type Memory } from '../../explore/weak/memory.ts';
import { CATALOG, type LitmusTest } from '../../litmus/catalog.ts';
import { allowedBy, askModels, disagreements } from '../../litmus/judge.ts';
import { randomProgram } from '../../litmus/random-program.ts';
import { Stopped } from '../../run/errors.ts';
import type { Seen, TestThreads } from '../../litmus/real/test-threads.ts';
import { commandLine } from '../command-line.ts';
import type { Deps } from '../deps.ts';
import { named } from '../explore-choices.ts';
import { examples } from '../help.ts';
import { checkReport, wantsDocument, writeReport, type ReportFlags } from '../html-report.ts';
import { Interrupted } from '../interruption.ts';
import { describeBeyond, describeFound, resultsTable, testsTable, type Judged } from '../judged-litmus.ts';
import { integer, parseSeconds, parseSeed } from '../options.ts';
import { Progress } from '../progress.ts';

interface LitmusFlags extends Pick<ReportFlags, 'html' | 'json'> {
  readonly memory?: Memory;
  readonly rounds: number;
  readonly seconds: number;
  readonly random?: number;
  readonly seed: number;
  readonly results?: boolean;
}

/** Random tests are as large as exploration of every interleaving permits in a moment. */
const RANDOM = { threads: 3, accesses: 3, locations: 2, isMixed: false, hasFinals: true };
/** A random test may have more interleavings than are worth the wait; then it is not known what it can't reach. */
const MOST_EXECUTIONS = 100_000;

export function declare(command: Command, deps: Deps): void {
  command
    .description('Runs litmus tests: a few accesses on a few threads, and a result that a weak memory may give. The specification and x86 allow or forbid it by their axioms, exploration tries every interleaving and every value of each load, and worker threads run the test for real. Ends with exit code 1 if threads had a result that the specification forbids, or exploration and the axioms differ.')
    .argument('[tests...]', 'names of tests (default: all)')
    .addOption(new Option('--memory <model>', 'ask only this memory model: sc, interleavings; tso, x86; js, the specification (default: all)').choices(MEMORIES))
    .option('--rounds <n>', 'rounds of each test on worker threads; 0 for none', integer('--rounds', 0, 1e9), 1_000_000)
    .option('--seconds <time>', 'time limit of the rounds of a test, as 30, 5m or 1h', parseSeconds, 10)
    .option('--random <n>', 'run so many random tests instead', integer('--random', 1, 1_000_000))
    .option('--seed <n>', 'seed of random tests, and of places in memory', parseSeed, 1)
    .option('--results', 'show all results of each test, not only the one that it asks about')
    .option('--html <file>', 'write a report: one HTML file that needs nothing else')
    .option('--json', 'print one JSON document')
    .addHelpText('after', examples([
      ['sweepgen litmus', 'all tests, a million rounds each'],
      ['sweepgen litmus SB MP LB --results', 'three tests with all their results'],
      ['sweepgen litmus --html litmus.html', 'and a page of them'],
      ['sweepgen litmus --random 100 --rounds 0', 'random tests, models only'],
    ]))
    .action((names: readonly string[], flags: LitmusFlags) => runLitmus(deps, names, flags));
}

async function runLitmus(deps: Deps, names: readonly string[], flags: LitmusFlags): Promise<void> {
  const { terminal } = deps;
  checkReport(deps, flags);
  const tests = flags.random === undefined ? (names.length === 0 ? CATALOG : [...new Set(names)].map((name) => named(CATALOG, name, 'litmus test'))) : randomTests(flags.random, flags.seed);
  const memories = flags.memory === undefined ? MEMORIES : [flags.memory];
  const judged = await judgeAll(deps, tests, memories, flags);
  const interrupted = judged.length < tests.length;
  let document: string | undefined;
  if (wantsDocument(flags)) {
    const { litmusDocument } = await import('../litmus-document.ts');
    document = litmusDocument({ seed: flags.seed, processor: process.arch, interrupted }, judged);
  }
  if (flags.json) terminal.out(`${document}\n`);
  else {
    const table = flags.random !== undefined && !flags.results ? [] : flags.results ? judged.flatMap((each) => resultsTable(each, terminal.outWidth)) : testsTable(judged, memories, terminal.outWidth);
    const rounds = judged.reduce((sum, { seen }) => sum + (seen?.rounds ?? 0), 0);
    const notes = judged.flatMap(describeBeyond);
    terminal.out(`${[...table, ...notes, `${plural(judged.length, 'test')}, ${formatCount(rounds)} rounds on threads`].join('\n')}\n`);
  }
  await writeReport(deps, flags, 'litmus', document);
  conclude(judged, flags);
  if (interrupted) throw new Interrupted();
}

function randomTests(count: number, seed: number): LitmusTest[] {
  return Array.from({ length: count }, (_, i) => ({ name: `random-${(seed + i) % 2 ** 32}`, about: 'do all sides agree?', asks: {}, ...randomProgram((seed + i) % 2 ** 32, RANDOM) }));
}

/** Judges the tests in turn; an interruption leaves out those that are left. */
async function judgeAll(deps: Deps, tests: readonly LitmusTest[], memories: readonly Memory[], flags: LitmusFlags): Promise<Judged[]> {
  const progress = new Progress(deps.terminal);
  const threads = flags.rounds === 0 ? undefined : new (await import('../../litmus/real/test-threads.ts')).TestThreads(deps.signal);
  const judged: Judged[] = [];
  try {
    for (const [i, test] of tests.entries()) {
      const prefix = `${i + 1} of ${tests.length}: ${test.name}`;
      progress.show(prefix);
      const said = await askModels(test, memories, { most: flags.random === undefined ? undefined : MOST_EXECUTIONS, isStopped: deps.isInterrupted });
      const allowedByJs = said.find(({ memory }) => memory === 'js')?.allowed ?? allowedBy(test, 'js');
      const seen = threads === undefined ? null : await run(threads, test, flags, (rounds) => progress.show(`${prefix}, ${formatCount(rounds)} rounds`));
      if (deps.isInterrupted()) break;
      judged.push({ test, said, allowedByJs, seen, found: disagreements(said, seen?.counts ?? new Map(), allowedByJs) });
    }
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  } finally {
    progress.clear();
    await threads?.close();
  }
  return judged;
}

function run(threads: TestThreads, test: LitmusTest, { rounds, seconds, seed }: LitmusFlags, onProgress: (rounds: number) => void): Promise<Seen> {
  return threads.run(test, { rounds, ms: 1000 * seconds, seed, onProgress });
}

/** @throws LitmusFailed if there is a result that must not be */
function conclude(judged: readonly Judged[], { random, rounds, seed }: LitmusFlags): void {
  const failed = judged.filter(({ found }) => found.length > 0);
  if (failed.length === 0) return;
  const repeat = failed.slice(0, 3).map(({ test }) => {
    const own = random === undefined ? [test.name, '--seed', String(seed)] : ['--random', '1', '--seed', test.name.replace('random-', '')];
    return `repeat with: ${commandLine(['litmus', ...own, '--rounds', String(rounds), '--results'])}`;
  });
  throw new LitmusFailed([`${plural(failed.length, 'litmus test')} failed`, ...failed.flatMap(describeFound), ...repeat].join('\n'));
}

/** There is a result that must not be. */
class LitmusFailed extends Error {
  readonly exitCode = EXIT.invariant;
  readonly code = 'LITMUS';

  constructor(message: string) {
    super(message);
    this.name = 'LitmusFailed';
  }
}
