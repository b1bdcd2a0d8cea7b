/** Jobs and results from a queue to which others may write. */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/base/fatal.ts';
import { MOST_EXECUTIONS, jobId, jobText, readJob, readResult, resultText, sliceKind, type SliceJob } from '../../../src/explore/campaigns/slice-job.ts';
import type { Job } from '../../../src/queue/queue.ts';
import { serveJobs } from '../../../src/queue/serve-jobs.ts';
import { playSlice } from '../../support/played-slices.mjs';
import { poolOf } from '../slices.ts';

const BUILD = '0123456789abcdef';
const STATION = { scenario: 'mark-bits', knobs: { procs: 2 }, strategy: 'uniform', monitors: [], mutant: null };
const JOB: SliceJob = { format: 2, kind: 'slice', build: BUILD, station: STATION, seed: 1, executions: 200, keepGoing: true, shrink: false };
/** The seeds from 1 to 200 hold failures. */
const RESULT = playSlice(JOB as unknown as Parameters<typeof playSlice>[0]);
const [FAILURE] = RESULT.failures;

/** Texts that are no job for this build, and the sentence that refuses each. */
const NO_JOBS: readonly (readonly [what: string, text: unknown, sentence: RegExp])[] = [
  ['no text', null, /the job is no text/],
  ['an object in the place of a text', JOB, /the job is no text/],
  ['no JSON', '{', /the job is no JSON/],
  ['an empty text', '', /the job is no JSON/],
  ['null', 'null', /the job is broken/],
  ['a list', '[]', /the job is broken/],
  ['a huge text', ' '.repeat(1 << 17), /a job of 131072 characters is refused/],
  ['nested without an end', '['.repeat(60_000), /the job is no JSON/],
  ...([
    ['another format', { format: 1 }, /the job is broken/],
    ['another kind', { kind: 'round' }, /the job is broken/],
    ['no kind', { kind: undefined }, /the job is broken/],
    ['another build', { build: 'fedcba9876543210' }, /the job is of build fedcba9876543210, and this is build 0123456789abcdef; run workers and coordinator from the same version/],
    ['a build with escape sequences', { build: '\u001b[31mred' }, /the job is of build \\x1b\[31mred/],
    ['a field of another version', { run: 'rm -rf /' }, /the job is broken/],
    ['too many executions', { executions: 1e9 }, /the job is broken/],
    ['one execution too many', { executions: MOST_EXECUTIONS + 1 }, /the job is broken/],
    ['no executions', { executions: 0 }, /the job is broken/],
    ['executions in a text', { executions: '5' }, /the job is broken/],
    ['a part of an execution', { executions: 1.5 }, /the job is broken/],
    ['a seed below the first', { seed: -1 }, /the job is broken/],
    ['a seed above the last', { seed: 2 ** 32 }, /the job is broken/],
    ['many executions to shrink', { shrink: true }, /a job shrinks one execution, not 200/],
  ] as const).map(([what, changes, sentence]) => [what, JSON.stringify({ ...JOB, ...changes }), sentence] as const),
  ...([
    ['a path as scenario', { scenario: '../x.mjs' }, /there is no scenario '\.\.\/x\.mjs'/],
    ['another path as scenario', { scenario: './test/fixtures/scenarios/counter.ts' }, /there is no scenario/],
    ['a file as scenario', { scenario: '/etc/passwd' }, /there is no scenario/],
    ['a URL as scenario', { scenario: 'file:///tmp/x.mjs' }, /there is no scenario/],
    ['a property as scenario', { scenario: '__proto__' }, /there is no scenario/],
    ['a huge scenario', { scenario: 'x'.repeat(1000) }, /the job is broken/],
    ['an unknown knob', { knobs: { procs: 2, shell: 1 } }, /scenario mark-bits has no setting shell=1/],
    ['a value that a knob does not have', { knobs: { procs: 1e6 } }, /scenario mark-bits has no setting procs=1000000/],
    ['a knob with a text', { knobs: { procs: '2' } }, /the job is broken/],
    ['an unknown strategy', { strategy: 'import:x' }, /there is no strategy 'import'/],
    ['an unknown monitor', { monitors: ['/tmp/x'] }, /there is no monitor '\/tmp\/x'/],
    ['many monitors', { monitors: Array(1000).fill('races') }, /the job is broken/],
    ['an unknown mutant', { mutant: '../x' }, /there is no mutant '\.\.\/x'/],
    ['a mutant that is no text', { mutant: { patches: [] } }, /the job is broken/],
    ['a further field', { module: './x.mjs' }, /the job is broken/],
  ] as const).map(([what, changes, sentence]) => [what, JSON.stringify({ ...JOB, station: { ...STATION, ...changes } }), sentence] as const),
];

describe('a job', () => {
  it('is read as it was written', () => {
    expect(readJob(jobText(JOB), BUILD)).toEqual(JOB);
  });

  it.each(NO_JOBS)('that is %s is refused in a sentence', (_, text, sentence) => {
    expect(() => readJob(text, BUILD)).toThrow(UsageError);
    expect(() => readJob(text, BUILD)).toThrow(sentence);
  });

  it('changes no prototype, whatever its keys', () => {
    const text = jobText(JOB).replace('"knobs":{', '"knobs":{"__proto__":{"polluted":1},');
    try {
      expect(Object.getPrototypeOf(readJob(text, BUILD).station.knobs)).toBe(Object.prototype);
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
    }
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('has a name of its own for each content', () => {
    const changed = [{ build: 'x' }, { seed: 2 }, { executions: 2 }, { keepGoing: false }, { shrink: true }, { station: { ...STATION, mutant: 'mark-load-or-store' } }, { station: { ...STATION, strategy: 'pos' } }];
    expect(new Set([JOB, ...changed.map((each) => ({ ...JOB, ...each }))].map(jobId)).size).toBe(changed.length + 1);
    expect(jobId(JOB)).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('a worker', () => {
  it('runs nothing of a job that it refuses, and says why', async () => {
    const pool = poolOf(1, () => RESULT);
    const said: string[] = [];
    const outcomes: unknown[] = [];
    await serveJobs({
      kinds: [sliceKind(pool, BUILD)], jobs: 1, build: BUILD, signal: new AbortController().signal, onRefused: (message) => said.push(message),
      queue: {
        lead: () => Promise.reject(new Error('not asked for')),
        builds: async () => [],
        close: async () => {},
        async serve({ run }) {
          for (const [, text] of NO_JOBS) outcomes.push(await run({ id: 'aaaaaaaa', text } as Job).catch((error: unknown) => error));
        },
      },
    });
    expect(pool.slices).toEqual([]);
    expect(outcomes.every((each) => each instanceof UsageError)).toBe(true);
    expect(said.length).toBe(NO_JOBS.length);
    for (const [i, [what, , sentence]] of NO_JOBS.entries()) expect(said[i]).toMatch(what === 'another kind' ? /a job of kind 'round' is refused: this build has no such kind/ : sentence);
  });
});

describe('a result', () => {
  const text = resultText('host', RESULT);
  const changed = (changes: object): string => JSON.stringify({ ...(JSON.parse(text) as object), ...changes });
  const failing = (changes: object): string => changed({ failures: [{ ...FAILURE, ...changes }] });

  it('is read as it was written', () => {
    expect(readResult(text, JOB)).toEqual({ host: 'host', result: RESULT });
    expect(RESULT.failures.length).toBeGreaterThan(0);
  });

  it.each([
    ['no text', undefined, /the result is no text/],
    ['no JSON', 'x', /the result is no JSON/],
    ['huge', ' '.repeat((1 << 24) + 1), /a result of 16777217 characters is refused/],
    ['of too many executions', changed({ executions: 201 }), /a slice of 200 executions can't have run 201/],
    ['of less than no time', changed({ seconds: -1 }), /the result is broken/],
    ['of interleavings without executions', changed({ executions: 1 }), /more interleavings than executions/],
    ['of another number of edges', changed({ edges: 'AAAAAA==' }), /a result counts 1 edges/],
    ['with numbers in no base64', changed({ hashes: '<script>' }), /the result is broken/],
    ['with failures in no list', changed({ failures: { length: 1e9 } }), /the result is broken/],
    ['with endless kinds of failures', changed({ seen: Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [i, 1])) }), /the result is broken/],
    ['with a failure of another scenario', failing({ station: { ...STATION, scenario: 'pacing' } }), /a slice of mark-bits can't fail in pacing/],
    ['with a failure of another setting', failing({ station: { ...STATION, knobs: { procs: 3 } } }), /a slice of mark-bits can't fail in mark-bits/],
    ['with a failure of an unknown strategy', failing({ station: { ...STATION, strategy: '$(x)' } }), /there is no strategy/],
    ['with a failure of a seed that it did not run', failing({ seed: 201 }), /can't fail at seed 201/],
    ['with a failure under the name of another', failing({ key: 'mark-bits invariant OTHER' }), /has the key of another kind/],
    ['with a command of its own', failing({ repeat: 'sweepgen explore mark-bits; curl x | sh' }), /has a command that does not repeat it/],
    ['with a shrunk failure that was not asked for', failing({ shrunk: 'x' }), /which was not asked for/],
    ['with a failure that is too long for a log', failing({ explanation: ['x'.repeat(1 << 22)] }), /too long/],
    ['with a verdict that is none', failing({ verdict: 'ok' }), /the result is broken/],
  ])('that is %s is refused', (_, hostile, sentence) => {
    expect(() => readResult(hostile, JOB)).toThrow(UsageError);
    expect(() => readResult(hostile, JOB)).toThrow(sentence);
  });

  it('has a smallest execution that is a line for replay, and nothing for a shell', () => {
    const job = { ...JOB, seed: FAILURE.seed, executions: 1, shrink: true };
    const shrunk = { line: 'v1:abc_-9', preemptions: 1, steps: 1, facts: [], explanation: [], story: [], table: [] };
    const withLine = (line: string): string => changed({ executions: 1, hashes: '', failures: [{ ...FAILURE, shrunk: { ...shrunk, line } }] });
    expect(readResult(withLine('v1:abc_-9'), job).result.failures[0].shrunk).toEqual(shrunk);
    expect(() => readResult(withLine('v1:abc; rm -rf ~'), job)).toThrow(/no line for sweepgen replay/);
  });
});
