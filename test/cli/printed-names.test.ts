/** Control characters in names from files and words of users don't reach the terminal. */
import { describe, expect, it } from 'vitest';
import { MACHINES } from '../../src/model/machines.ts';
import { UsageError } from '../../src/base/fatal.ts';
import { describeMachine } from '../../src/cli/commands/calibrate.ts';
import type { RuntimeOptions } from '../../src/run/api.ts';
import { describeCoverage, describeFailure } from '../../src/cli/fuzz-report.ts';
import { mutantsTable } from '../../src/cli/mutants-report.ts';
import { Tally } from '../../src/explore/campaigns/tally.ts';
import { MUTANTS } from '../../src/mutants/catalog.ts';
import { describePrediction, explainPrediction, type Prediction } from '../../src/report/prediction.ts';
import { failureOf } from '../explore/slices.ts';
import { cli, collecting, image, resultOf, terminalOf, workloadOf } from './fakes.ts';

/** Clears the screen, sets the title, and overwrites the line. */
const EVIL = 'a\x1b[2J\x1b]0;t\x07\r\u202eb';

function expectSafe(...texts: readonly string[]): void {
  for (const text of texts) {
    expect(text).toContain('\\x1b[2J');
    expect(text).not.toMatch(/[^\n\P{Cc}]|\p{Cf}/u);
  }
}

describe('names that control a terminal are printed as text', () => {
  it('in lines about heaps and workloads', async () => {
    const readHeapFile = async () => ({ ...image, name: EVIL });
    expectSafe((await cli('run --heap ./a', undefined, { readHeapFile })).out);
    expectSafe((await cli('scale ./a --procs 1 --runs 6', collecting, { readHeapFile })).out);
    const loadWorkload = async () => workloadOf(EVIL);
    expectSafe((await cli('run ./a.mjs', undefined, { loadWorkload })).out);
    expectSafe((await cli('run', () => resultOf({ lines: [EVIL] }))).out);
  });

  it('in traces and progress', async () => {
    let err = '';
    const terminal = terminalOf({ err: (text) => void (err += text) });
    await cli('run', (options: RuntimeOptions) => {
      options.onTrace?.(EVIL);
      return resultOf();
    }, { terminal });
    expectSafe(err);
  });

  it.each([`run ${EVIL}`, `scale ${EVIL}`, `explore ${EVIL}`, `mutants ${EVIL}`, `help ${EVIL}`, `run --policy ${EVIL}`, `scale --vary ${EVIL}`, `run --set ${EVIL}`, `run --${EVIL}`, EVIL])('in the refusal of %j', async (line) => {
    const { code, out, err } = await cli(line);
    expect([code, out]).toEqual([2, '']);
    expectSafe(err);
  });

  it('in any error', async () => {
    expectSafe((await cli('run', () => new UsageError(EVIL))).err, (await cli('run', () => new Error(EVIL))).err);
  });

  it('in lines about machines', () => {
    const machine = { ...MACHINES[0], name: EVIL, about: EVIL, cores: 1 };
    const result = { procs: 2, markNs: 1 } as Prediction['results'][number];
    const prediction: Prediction = { heap: { name: EVIL, objects: 1, bytes: 1 }, policy: 'go1.3', machine, results: [result], unpadded: false };
    expectSafe(describePrediction(prediction), explainPrediction(prediction).join('\n'), describeMachine(machine).join('\n'));
  });

  it('in lines about scenarios and exceptions of threads', () => {
    const failure = { ...failureOf('mark-bits invariant LOST_OBJECT'), explanation: [EVIL], shrunk: EVIL, repeat: EVIL };
    const terminal = { outIsColored: false, outWidth: undefined };
    expectSafe(describeFailure({ ...failure, station: { ...failure.station, scenario: EVIL } }, true, terminal).join('\n'));
    expectSafe(describeCoverage(new Tally([EVIL]), false).join('\n'));
    const searches = [{ seed: 1, executions: 1, seconds: 1, failure: { ...failure, key: EVIL } }];
    expectSafe(mutantsTable([{ mutant: MUTANTS[0], kill: { mutant: MUTANTS[0].name, searches }, lost: '' }]).join('\n'));
  });
});
