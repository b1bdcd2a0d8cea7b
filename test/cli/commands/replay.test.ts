/** Output and exit codes of `sweepgen replay`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReplayDocument } from '../../../src/cli/replay-document.ts';
import { readArtefact, writeArtefact, type Artefact } from '../../../src/explore/failures/artefact.ts';
import { encodeLine } from '../../../src/explore/failures/line.ts';
import { ROOT } from '../../../src/base/root.ts';
import { cli } from '../fakes.ts';

const FILE = join(ROOT, 'test/schedules/mark-bits-mark-load-or-store.json');
const artefact = readArtefact(readFileSync(FILE, 'utf8'), FILE);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sweepgen-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(changes: Partial<Artefact>): string {
  const path = join(folder, 'failure.json');
  writeFileSync(path, writeArtefact({ ...artefact, ...changes }));
  return path;
}

function needs(what: string): string {
  return `the recorded failure needs ${what}, which this sweepgen does not have`;
}

describe('sweepgen replay', () => {
  it('ends with 1 while the failure occurs, and shows the accesses of each thread', async () => {
    const { code, out, err } = await cli(`replay ${FILE}`);
    expect(code).toBe(1);
    expect(err).toMatch(/^sweepgen: all threads finished, but the check failed:\nsweepgen: {3}LOST_OBJECT: /);
    expect(out).toMatch(/^mark-bits on 2 Ps, with mark-load-or-store planted: \d+ preemptions?, recorded as invariant after [\d,]+ accesses$/m);
    expect(out).toMatch(/^it fails as recorded$/m);
    expect(out).toMatch(/^ +step +M0 +│ M1 +│ source$/m);
    expect(out).toMatch(/^▶ +\d+ +load marks of span 0, blocks \d+-\d+ = 0x[0-9a-f]+ .*src\/sync\/racy\.ts:\d+ racyLoad$/m);
  });

  it('takes a line, and prints one JSON document', async () => {
    const { code, out } = await cli(`replay ${encodeLine(artefact)} --json`);
    expect(code).toBe(1);
    const document = ReplayDocument.parse(JSON.parse(out));
    expect(document).toMatchObject({ scenario: 'mark-bits', mutant: 'mark-load-or-store', preemptions: artefact.preemptions.length, fails: true, now: { verdict: 'invariant' } });
    expect(document.lanes.filter(({ critical }) => critical).length).toBeGreaterThanOrEqual(2);
  });

  it('ends with 0 when the failure is gone, and prints the step at which the execution diverges', async () => {
    const { code, out, err } = await cli(`replay ${fileOf({ mutant: null })}`);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^the source is not the one that it was recorded with$/m);
    expect(out).toMatch(/^it departs from the recorded execution at step \d+: recorded (M\d) at src\/gc\/mark\.ts casMark: .*; now \1 at src\/gc\/mark\.ts casMark: Atomics\.compareExchange/m);
    expect(out).toMatch(/^the failure is gone: all threads finished/m);
  });

  it('distinguishes a failure of another kind from the recorded one', async () => {
    const { code, out } = await cli(`replay ${fileOf({ facts: ['ANOTHER_CODE: 1'] })}`);
    expect(code).toBe(1);
    expect(out).toMatch(/^it fails in another way$/m);
  });

  it('shows every access with --trace', async () => {
    const { out } = await cli(`replay ${FILE} --trace`);
    expect(out).not.toContain('…');
    expect(out).toMatch(new RegExp(`^ +${artefact.steps} `, 'm'));
  });

  it.each([
    ['v1:xyz', 'this line is damaged: copy it whole, from v1: to its end'],
    ['nothing-here.json', "'nothing-here.json' is neither a file nor a line that begins with v1:"],
    [join(ROOT, 'package.json'), `${join(ROOT, 'package.json')} is no recorded failure: schema: Invalid input: expected 1`],
  ])('refuses "%s" in a sentence', async (failure, sentence) => {
    expect(await cli(`replay ${failure}`)).toMatchObject({ code: 2, out: '', err: `sweepgen: ${sentence}\n` });
  });

  it.each([
    [{ scenario: 'gone' }, needs("the scenario 'gone'")],
    [{ mutant: 'gone' }, needs("the mutant 'gone'")],
    [{ monitors: ['gone'] }, needs("the monitor 'gone'")],
    [{ knobs: { gone: 1 } }, needs("the knob of mark-bits 'gone'")],
  ])('refuses a failure that needs an unknown name: %j', async (changes, sentence) => {
    expect(await cli(`replay ${fileOf(changes)}`)).toMatchObject({ code: 2, err: `sweepgen: ${sentence}\n` });
  });
});
