/** `campaign verify`: failures of a log that are run again, and what the log then says. */
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../../src/base/root.ts';
import { CampaignVerifyDocument } from '../../../src/cli/campaign-verify-document.ts';
import { SignalReceived } from '../../../src/cli/interruption.ts';
import { buildHash } from '../../../src/explore/campaigns/build-hash.ts';
import { closedIn, readLog } from '../../../src/explore/campaigns/read-log.ts';
import { failureKey, type Failure } from '../../../src/explore/campaigns/slice.ts';
import { createLog } from '../../../src/explore/campaigns/write-log.ts';
import { readArtefact } from '../../../src/explore/failures/artefact.ts';
import { encodeLine } from '../../../src/explore/failures/line.ts';
import { findScenario } from '../../../src/explore/find.ts';
import { knobsOf } from '../../../src/explore/scenarios/scenario.ts';
import { HEADER, useLogs } from '../../explore/campaigns/logs.ts';
import { failureOf, poolOf, resultOf } from '../../explore/slices.ts';
import { cli } from '../fakes.ts';

const logPath = useLogs();
const RECORDED = readArtefact(readFileSync(join(ROOT, 'test/schedules/mark-bits-mark-load-or-store.json'), 'utf8'), 'the schedule');
const KEY = failureKey(RECORDED, RECORDED.verdict, RECORDED.facts);
const STATION = { scenario: 'mark-bits', knobs: knobsOf(findScenario('mark-bits')), strategy: 'portfolio', monitors: [], mutant: null };

/** The recorded failure, whose mutant is planted, or was taken out: then it is fixed. */
function recorded(mutant: string | null): Failure {
  const shrunk = { line: encodeLine({ ...RECORDED, mutant }), preemptions: 2, steps: RECORDED.steps, facts: RECORDED.facts, explanation: [], story: [], table: [] };
  return failureOf(KEY, { station: { ...STATION, mutant }, shrunk });
}

/** A failure without a recording, which the pool's searches find. */
const FOUND = failureOf('mark-bits invariant FOUND', { station: STATION });
const DAMAGED: Failure = { ...recorded(null), key: 'mark-bits invariant DAMAGED' };

/** Writes the log of a campaign that has ended with these failures. */
function written(...failures: readonly Failure[]): void {
  const log = createLog(logPath(), HEADER);
  for (const failure of failures) log.failure(failure);
  log.end('time', 1);
}

async function verify(flags = '', signal?: AbortSignal, onSearch: () => void = () => {}) {
  const explorePool = () => poolOf(1, ({ seed, executions }) => {
    onSearch();
    return resultOf({ executions, failures: [{ ...FOUND, seed }] });
  });
  return cli(`campaign verify ${logPath()} ${flags}`, undefined, { explorePool, ...(signal && { signal }) });
}

/** Appends a verification to the log. */
function addVerified(verified: { readonly key: string; readonly state: string }): void {
  writeFileSync(logPath(), `${JSON.stringify({ type: 'verified', ...verified, sweepgen: '2', build: 'b' })}\n`, { flag: 'a' });
}

/** The verifications in the log. */
function verifiedLines(): unknown[] {
  return readFileSync(logPath(), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { type: string }).filter(({ type }) => type === 'verified');
}

describe('campaign verify', () => {
  it('closes a kind that is fixed', async () => {
    written(recorded(null));
    const { code, out, err } = await verify();
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^failure +now +why\nmark-bits invariant LOST_OBJECT +fixed +its recording passes, and so do 1,000 executions from its seed on\n1 failure: 0 failing, 1 fixed and closed, 0 diverged\n$/);
    expect(verifiedLines()).toEqual([{ type: 'verified', key: KEY, state: 'fixed', sweepgen: '1.2.3', build: buildHash() }]);
    expect(closedIn(readLog(logPath()))).toEqual([KEY]);
    expect(readLog(logPath()).ending).toBe('time');
  });

  it('ends with exit code 1 if one fails, and says how to run it again', async () => {
    written(recorded(RECORDED.mutant), FOUND, DAMAGED);
    const { code, out, err } = await verify('--search 7');
    expect(code).toBe(1);
    expect(out).toMatch(/^mark-bits invariant FOUND +fails +its seed fails as before$/m);
    expect(out).toMatch(/^run it again with: sweepgen replay v1:[\w-]+\nrun it again with: sweepgen explore …\n3 failures: 2 failing, 0 fixed, 1 diverged\n$/m);
    expect(err).toBe(`sweepgen: 2 failures of the log still occur on this build: ${KEY}, ${FOUND.key}\n`);
    expect(verifiedLines()).toMatchObject([{ state: 'fails' }, { state: 'fails' }, { state: 'diverged' }]);
  });

  it('ends with exit code 5 if one has diverged and none fails', async () => {
    written(DAMAGED);
    const { code, err } = await verify();
    expect(code).toBe(5);
    expect(err).toMatch(/^sweepgen: 1 failure can't be verified, because the recording does not fit this build: mark-bits invariant DAMAGED; search for it with sweepgen fuzz\n$/);
  });

  it('opens a kind again that fails after it was fixed', async () => {
    written(FOUND);
    addVerified({ key: FOUND.key, state: 'fixed' });
    expect(closedIn(readLog(logPath()))).toEqual([FOUND.key]);
    expect((await verify()).code).toBe(1);
    expect(closedIn(readLog(logPath()))).toEqual([]);
  });

  it('leaves the log as it is with --no-close, also while the campaign runs', async () => {
    createLog(logPath(), HEADER).failure(recorded(null));
    const before = readFileSync(logPath(), 'utf8');
    expect(await verify()).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/the campaign of .* seems to be running: its last line was written .* s ago; wait for its end, or verify with --no-close, which leaves the log as it is/) });
    const { code, out } = await verify('--no-close --json');
    expect(code).toBe(0);
    expect(CampaignVerifyDocument.parse(JSON.parse(out))).toMatchObject({ log: logPath(), build: buildHash(), logged: false, failures: [{ key: KEY, state: 'fixed' }] });
    expect(readFileSync(logPath(), 'utf8')).toBe(before);
    utimesSync(logPath(), 1000, 1000);
    expect((await verify()).code).toBe(0);
    expect(closedIn(readLog(logPath()))).toEqual([KEY]);
  });

  it('writes nothing into a log that another process has gone on with', async () => {
    written(FOUND);
    const { code, err } = await verify('', undefined, () => writeFileSync(logPath(), '{"type":"end","ending":"time","seconds":1}\n', { flag: 'a' }));
    expect(code).toBe(6);
    expect(err).toMatch(/another process has written to the log/);
    expect(verifiedLines()).toEqual([]);
  });

  it('keeps what it has found when it is interrupted', async () => {
    written(recorded(null), FOUND);
    const interruption = new AbortController();
    let searches = 0;
    const { code, out, err } = await verify('', interruption.signal, () => { if (++searches === 2) interruption.abort(new SignalReceived('SIGINT')); });
    expect(code).toBe(130);
    expect(out).toMatch(/2 failures: 0 failing, 1 fixed and closed, 0 diverged, 1 not run\n$/);
    expect(err).toContain('go on with: sweepgen campaign verify');
    expect(verifiedLines()).toMatchObject([{ key: KEY, state: 'fixed' }]);
  });

  it('of a log without failures finds nothing', async () => {
    written();
    expect(await verify()).toMatchObject({ code: 0, out: 'the log has no failures\n', err: '' });
  });
});
