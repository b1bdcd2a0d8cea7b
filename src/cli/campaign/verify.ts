/** `sweepgen campaign verify`: runs the failures of a campaign again on this build, and closes the kinds that are fixed. */
import type { Command } from 'commander';
import { EXIT, Unproven, UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { formatSeconds } from '../../base/time-unit.ts';
import { plural } from '../../base/units.ts';
import { buildHash } from '../../explore/campaigns/build-hash.ts';
import { lifeOf } from '../../explore/campaigns/life.ts';
import type { VerifiedState } from '../../explore/campaigns/log.ts';
import { readLog, type Logged } from '../../explore/campaigns/read-log.ts';
import { verifyFailure, type Verification } from '../../explore/campaigns/verify-failure.ts';
import { appendTo, type CampaignLog } from '../../explore/campaigns/write-log.ts';
import { formatTable, paintHeads, type Column } from '../../report/table.ts';
import type { Deps } from '../deps.ts';
import { checkBuild } from '../explore-choices.ts';
import { againBy } from '../fuzz-report.ts';
import { examples } from '../help.ts';
import { Interrupted } from '../interruption.ts';
import { integer } from '../options.ts';
import { paint } from '../paint.ts';
import { Progress } from '../progress.ts';

interface VerifyFlags {
  readonly search: number;
  readonly close: boolean;
  readonly json?: boolean;
}

const SEARCH = 1000;

export function declare(command: Command, deps: Deps): void {
  command
    .description('Runs each failure of a log again on this build: replays its recording, then searches on from its seed. A failure that still occurs gives exit code 1. A fixed kind is closed by a new line in the log; a campaign that sees it again logs it anew. A kind whose recording no longer fits the source stays open and gives exit code 5.')
    .argument('<log>', 'log of a campaign (fuzz --log)')
    .option('--search <n>', 'executions to search for each failure, from its seed on', integer('--search', 1, 1_000_000), SEARCH)
    .option('--no-close', 'leave the log as it is')
    .option('--json', 'print one JSON document')
    .addHelpText('after', examples([
      ['sweepgen campaign verify night.jsonl', 'which failures a fix has closed'],
      ['sweepgen campaign verify night.jsonl --search 100000', 'with a longer search'],
    ]))
    .action((path: string, flags: VerifyFlags) => verify(deps, path, flags));
}

async function verify(deps: Deps, path: string, { search, close, json }: VerifyFlags): Promise<void> {
  const { terminal } = deps;
  checkBuild();
  const logged = readLog(path);
  // Opened before the failures run, so that a line that another process writes meanwhile is noticed.
  const log = close ? openLog(path, logged) : undefined;
  const run = { log: path, sweepgen: deps.version, build: buildHash(), logged: close };
  const verifications = await verifyAll(deps, logged, search, ({ failure: { key }, state }) => log?.verified({ key, state, sweepgen: run.sweepgen, build: run.build }));
  if (json) {
    const { campaignVerifyDocument } = await import('../campaign-verify-document.ts');
    terminal.out(`${campaignVerifyDocument(run, verifications)}\n`);
  } else for (const line of describe(verifications, logged, close, terminal)) terminal.out(`${line}\n`);
  if (log?.error !== undefined) throw log.error;
  if (deps.signal.aborted) throw new Interrupted((args) => args);
  conclude(verifications);
}

/** @throws UsageError if the campaign runs: it would end when it finds a line that it has not written */
function openLog(path: string, logged: Logged): CampaignLog {
  const { life, silentSeconds } = lifeOf(path, logged);
  if (life === 'running') throw new UsageError(`the campaign of ${printable(path)} seems to be running: its last line was written ${formatSeconds(Math.round(silentSeconds))} ago; wait for its end, or verify with --no-close, which leaves the log as it is`);
  return appendTo(path, logged);
}

/** Verifies the failures, one after the other, until an interruption. @param onVerified hears of each at once */
async function verifyAll(deps: Deps, { failures }: Logged, executions: number, onVerified: (verification: Verification) => void): Promise<Verification[]> {
  const progress = new Progress(deps.terminal);
  const verifications: Verification[] = [];
  const pool = await deps.explorePool(1);
  try {
    for (const failure of failures) {
      progress.show(`${verifications.length + 1} of ${failures.length}: ${failure.key}`);
      const verification = await verifyFailure(failure, { pool, executions });
      // An interruption has cut the search short.
      if (deps.signal.aborted) break;
      verifications.push(verification);
      onVerified(verification);
    }
    return verifications;
  } finally {
    progress.clear();
    await pool.close();
  }
}

const COLUMNS: readonly Column[] = ['failure', 'now', 'why'].map((head) => ({ head, align: 'left' }));
/** Longest text in the table, and longest command that is printed whole. */
const LONGEST = 200;
const LONGEST_COMMAND = 10_000;

function describe(verifications: readonly Verification[], { failures }: Logged, close: boolean, { outWidth, outIsColored }: Deps['terminal']): string[] {
  if (failures.length === 0) return ['the log has no failures'];
  const rows = verifications.map(({ failure, state, reason }) => [printable(failure.key, LONGEST), state, printable(reason, LONGEST)]);
  const failing = ofState(verifications, 'fails');
  const fixed = ofState(verifications, 'fixed').length;
  const left = failures.length - verifications.length;
  return [
    ...(rows.length === 0 ? [] : paintHeads(formatTable(COLUMNS, rows, outWidth), paint(outIsColored).bold)),
    ...failing.map(({ failure }) => `run it again with: ${printable(againBy(failure), LONGEST_COMMAND)}`),
    [
      `${plural(failures.length, 'failure')}: ${failing.length} failing`, `${fixed} fixed${close && fixed > 0 ? ' and closed' : ''}`, `${ofState(verifications, 'diverged').length} diverged`,
      ...(left === 0 ? [] : [`${left} not run`]),
    ].join(', '),
  ];
}

function ofState(verifications: readonly Verification[], state: VerifiedState): Verification[] {
  return verifications.filter((each) => each.state === state);
}

/** Throws the error that the result stands for, if any. */
function conclude(verifications: readonly Verification[]): void {
  const [failing, diverged] = [ofState(verifications, 'fails'), ofState(verifications, 'diverged')];
  if (failing.length > 0) throw new StillFailing(failing);
  if (diverged.length > 0) throw new Unproven(`${plural(diverged.length, 'failure')} can't be verified, because the recording does not fit this build: ${keysOf(diverged)}; search for ${diverged.length === 1 ? 'it' : 'them'} with sweepgen fuzz`);
}

/** Failures of a log still occur. */
class StillFailing extends Error {
  readonly exitCode = EXIT.invariant;

  constructor(failing: readonly Verification[]) {
    super(`${plural(failing.length, 'failure')} of the log ${failing.length === 1 ? 'still occurs' : 'still occur'} on this build: ${keysOf(failing)}`);
    this.name = 'StillFailing';
  }
}

function keysOf(verifications: readonly Verification[]): string {
  return verifications.map(({ failure }) => printable(failure.key, LONGEST)).join(', ');
}
