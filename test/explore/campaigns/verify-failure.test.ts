/** Failures of a log that are run again: those of the recorded schedules, with and without their mutants. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../../src/base/fatal.ts';
import { ROOT } from '../../../src/base/root.ts';
import type { ExplorePool } from '../../../src/explore/campaigns/pool.ts';
import { WorkerLost } from '../../../src/explore/campaigns/worker-lost.ts';
import { failureKey, type Failure, type Shrunk } from '../../../src/explore/campaigns/slice.ts';
import { verifyFailure } from '../../../src/explore/campaigns/verify-failure.ts';
import { readArtefact, type Artefact } from '../../../src/explore/failures/artefact.ts';
import { encodeLine } from '../../../src/explore/failures/line.ts';
import { findScenario } from '../../../src/explore/find.ts';
import { knobsOf } from '../../../src/explore/scenarios/scenario.ts';
import { failureOf, poolOf, resultOf } from '../slices.ts';

const RECORDED = readArtefact(readFileSync(join(ROOT, 'test/schedules/mark-bits-mark-load-or-store.json'), 'utf8'), 'the schedule');
const KEY = failureKey(RECORDED, RECORDED.verdict, RECORDED.facts);
const STATION = { scenario: 'mark-bits', knobs: knobsOf(findScenario('mark-bits')), strategy: 'portfolio', monitors: [], mutant: null };
const SEED = 77;

function shrunkTo(changes: Partial<Artefact> = {}): Shrunk {
  const artefact = { ...RECORDED, ...changes };
  return { line: encodeLine(artefact), preemptions: artefact.preemptions.length, steps: artefact.steps, facts: artefact.facts, explanation: [], story: [], table: [] };
}

/** The failure of the schedule, on the unchanged source unless the changes say otherwise. */
function failed(changes: Partial<Failure> = {}): Failure {
  return failureOf(KEY, { station: STATION, seed: SEED, shrunk: shrunkTo({ mutant: null }), ...changes });
}

/** A pool whose searches fail with these keys at these seeds. */
function finding(...found: readonly (readonly [key: string, seed: number])[]) {
  return poolOf(1, ({ executions }) => resultOf({ executions, failures: found.map(([key, seed]) => failureOf(key, { seed })) }));
}

async function verified(failure: Failure, pool: ExplorePool = finding()): Promise<readonly [state: string, reason: string]> {
  const { state, reason } = await verifyFailure(failure, { pool, executions: 50 });
  return [state, reason];
}

describe('a failure with a recording', () => {
  it('fails while its mutant is planted, and nothing is searched', async () => {
    const pool = finding();
    expect(await verified(failed({ shrunk: shrunkTo(), station: { ...STATION, mutant: RECORDED.mutant } }), pool)).toEqual(['fails', 'its recording fails as before']);
    expect(pool.slices).toEqual([]);
  });

  it('is fixed if the recording and a search from its seed on pass', async () => {
    const pool = finding(['another kind', SEED]);
    expect(await verified(failed(), pool)).toEqual(['fixed', 'its recording passes, and so do 50 executions from its seed on']);
    expect(pool.slices).toMatchObject([{ station: STATION, seed: SEED, executions: 50, keepGoing: true, shrink: false, known: [] }]);
  });

  it('fails if the search finds its kind', async () => {
    expect(await verified(failed(), finding([KEY, SEED + 3]))).toEqual(['fails', `seed ${SEED + 3} fails alike: sweepgen explore …`]);
  });

  it.each<readonly [string, Partial<Artefact>, RegExp]>([
    ['a preemption that is never reached', { mutant: null, preemptions: [...RECORDED.preemptions, { thread: 0, at: 1e6, to: 1 }] }, new RegExp(`its recording can't be followed: 1 of ${RECORDED.preemptions.length + 1} preemptions can't take place`)],
    ['a thread that there is not', { mutant: null, preemptions: [{ thread: 0, at: 1, to: 40 }] }, /tells of thread 40/],
    ['a knob that is gone', { mutant: null, knobs: { colour: 3 } }, /needs the knob of mark-bits 'colour'/],
    ['a mutant that is gone', { mutant: 'gone\u001b[31m' }, /needs the mutant 'gone\\x1b\[31m'/],
    ['the reason of another failure', { mutant: null, facts: ['ANOTHER'] }, /its recording is of another failure/],
  ])('has diverged with %s, unless the search finds its kind', async (_, changes, reason) => {
    expect(await verified(failed({ shrunk: shrunkTo(changes) }))).toEqual(['diverged', expect.stringMatching(reason)]);
    expect((await verified(failed({ shrunk: shrunkTo(changes) }), finding([KEY, SEED])))[0]).toBe('fails');
  });

  it('has diverged with a line that is damaged', async () => {
    expect(await verified(failed({ shrunk: { ...shrunkTo(), line: 'v1:###' } }))).toEqual(['diverged', expect.stringContaining('damaged')]);
  });

  it('has diverged if the recording fails in another way', async () => {
    const facts = ['STUCK'];
    const failure = failed({ key: failureKey({ scenario: 'mark-bits' }, 'exception', facts), shrunk: shrunkTo({ verdict: 'exception', facts }) });
    expect(await verified(failure)).toEqual(['diverged', `its recording fails in another way: ${KEY}`]);
  });
});

describe('a failure that was not shrunk', () => {
  const alone = failed({ shrunk: 'it was not shrunk' });

  it.each([
    [[], 'fixed', '50 executions from its seed on pass'],
    [[[KEY, SEED]], 'fails', 'its seed fails as before'],
    [[['another kind', SEED]], 'diverged', 'its seed fails in another way: another kind'],
    [[['another kind', SEED + 1]], 'fixed', '50 executions from its seed on pass'],
  ] as const)('and whose search finds %j: %s', async (found, state, reason) => {
    expect(await verified(alone, finding(...found))).toEqual([state, reason]);
  });

  it('has diverged if scenario, knob, mutant or strategy are gone', async () => {
    for (const station of [{ ...STATION, scenario: 'gone' }, { ...STATION, knobs: { procs: 1e9 } }, { ...STATION, mutant: 'gone' }]) {
      expect((await verified({ ...alone, station }))[0]).toBe('diverged');
    }
    const refusing = poolOf(1, () => { throw Object.assign(new Error('there is no strategy'), { exitCode: EXIT.usage }); });
    expect(await verified(alone, refusing)).toEqual(['diverged', 'there is no strategy']);
  });

  it('throws if the worker dies', async () => {
    const dying = poolOf(1, () => { throw new WorkerLost('a worker died'); });
    await expect(verified(alone, dying)).rejects.toThrow('a worker died');
  });
});
