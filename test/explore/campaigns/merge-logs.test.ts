/** Logs of several campaigns as one. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LoggedCampaign } from '../../../src/explore/campaigns/logged-campaign.ts';
import type { Header, LogLine, LoggedSlice, Verified } from '../../../src/explore/campaigns/log.ts';
import { LogMerge } from '../../../src/explore/campaigns/merge-logs.ts';
import { LogReader, closedIn, readLog, type Logged } from '../../../src/explore/campaigns/read-log.ts';
import { appendTo, createLog, lineText, type CampaignLog } from '../../../src/explore/campaigns/write-log.ts';
import { STATION, failureOf, resultOf } from '../slices.ts';
import { runHere } from './campaign-parts.ts';
import { HEADER, useLogs } from './logs.ts';

const logPath = useLogs();
const [PUSH, POP, SLEPT] = ['lfstack: push retried', 'lfstack: pop retried', 'locks: slept'];
const SHRUNK = { line: 'v1:x', preemptions: 2, steps: 9, explanation: [], story: [], facts: ['CODE'], table: [] };

/** Writes the log `name`. */
function log(name: string, write: (log: CampaignLog) => void, header: Partial<Header> = {}): string {
  write(createLog(logPath(name), { ...HEADER, ...header }));
  return logPath(name);
}

/** Logs a slice of `executions` seeds from `seed` on, after `at` seconds. */
function slice(to: CampaignLog, seed: number, executions: number, at: number, { distinct = executions, edges = [], seen = {}, scenario = 'mark-bits', host }: { readonly distinct?: number; readonly edges?: readonly string[]; readonly seen?: Record<string, number>; readonly scenario?: string; readonly host?: string } = {}): void {
  to.slice({ station: { ...STATION, scenario }, lane: 0, seed }, resultOf({ executions, steps: executions, seen }), at, distinct, edges, undefined, host);
}

/** Merges the logs into a file, and reads that. */
function merged(...paths: readonly string[]): { readonly merge: LogMerge; readonly logged: Logged; readonly slices: LoggedSlice[]; readonly path: string } {
  const merge = new LogMerge(paths);
  const path = logPath('merged.jsonl');
  writeFileSync(path, lineText(merge.header) + [...merge.lines()].map(lineText).join(''));
  const logged = readLog(path);
  return { merge, logged, path, slices: [...logged.slices] as LoggedSlice[] };
}

describe('a merged log', () => {
  it('has the slices of all campaigns in the order of their times, and their sums', () => {
    const a = log('a', (to) => {
      slice(to, 1, 10, 1, { distinct: 8, edges: [PUSH] });
      slice(to, 11, 10, 5, { distinct: 15, edges: [POP] });
      to.end('time', 5, { 'mark-bits': { [PUSH]: 3 } });
    });
    const b = log('b', (to) => {
      slice(to, 1001, 20, 2, { distinct: 19, edges: [PUSH, SLEPT], host: 'lab-7' });
      slice(to, 1, 5, 3, { scenario: 'lfstack' });
      to.end('executions', 3, { 'mark-bits': { [PUSH]: 4 } });
    }, { seed: 1001, scenarios: ['mark-bits', 'lfstack'] });
    const { merge, logged, slices, path } = merged(a, b);
    expect(merge.logs).toMatchObject([{ path: a, slices: 2, executions: 20 }, { path: b, slices: 2, executions: 25 }]);
    expect(logged.header).toMatchObject({ seed: 9, scenarios: ['mark-bits', 'lfstack'], merged: 2 });
    expect(slices.map(({ at, seed, distinct, edges, host }) => [at, seed, distinct, edges, host])).toEqual([
      [1, 1, 8, [PUSH], undefined], [2, 1001, 27, [SLEPT], 'lab-7'], [3, 1, 5, [], undefined], [5, 11, 34, [POP], undefined],
    ]);
    expect([logged.ending, logged.parts.map(({ ending }) => ending)]).toEqual(['time', ['executions', 'time']]);
    const campaign = new LoggedCampaign(new LogReader(path));
    campaign.update();
    expect([campaign.tally.sum('executions'), campaign.tally.sum('distinct'), campaign.history.before]).toEqual([45, 39, 5]);
    expect([...campaign.history.passesOf('mark-bits').counts].filter(Boolean)).toEqual([7]);
  });

  it('counts no seed twice: a copy that went on adds what is new in it', () => {
    const old = log('old', (to) => { slice(to, 1, 10, 1, { seen: { k: 1 } }); to.end('time', 1, { 'mark-bits': { [PUSH]: 3 } }); });
    writeFileSync(logPath('new'), readFileSync(old));
    const fresh = appendTo(logPath('new'), readLog(logPath('new')));
    slice(fresh, 11, 10, 2, { distinct: 18, edges: [POP] });
    fresh.end('time', 1, { 'mark-bits': { [PUSH]: 5 } });
    const { merge, slices, logged } = merged(old, logPath('new'), old);
    expect(merge.logs.map(({ slices: taken, executions, leftOut }) => [taken, executions, leftOut])).toEqual([
      [1, 10, { slices: 0, executions: 0, partly: 0 }], [1, 10, { slices: 1, executions: 10, partly: 0 }], [0, 0, { slices: 1, executions: 10, partly: 0 }],
    ]);
    expect(slices.map(({ seed, seen, distinct }) => [seed, seen, distinct])).toEqual([[1, { k: 1 }, 10], [11, {}, 18]]);
    // The passes of a part are left out with its slices.
    expect(logged.parts.map(({ passes }) => passes?.['mark-bits'][PUSH])).toEqual([3, undefined, undefined, 5]);
  });

  it('leaves out a slice that shares seeds with another one, and keeps the edges that only it had passed', () => {
    const a = log('a', (to) => slice(to, 1, 10, 1, { edges: [PUSH] }));
    const b = log('b', (to) => {
      slice(to, 6, 10, 2, { edges: [PUSH, POP], seen: { k: 3 } });
      slice(to, 16, 10, 3, { distinct: 19 });
    });
    const { merge, slices } = merged(a, b);
    expect(merge.logs[1]).toMatchObject({ slices: 1, executions: 10, leftOut: { slices: 1, executions: 10, partly: 1 } });
    expect(slices.map(({ seed, executions, steps, edges, seen, distinct }) => [seed, executions, steps, edges, seen, distinct])).toEqual([
      [1, 10, 10, [PUSH], {}, 10], [6, 0, 0, [POP], {}, 10], [16, 10, 10, [], {}, 19],
    ]);
  });

  it('counts the same seeds at another station', () => {
    const other = (to: CampaignLog) => to.slice({ station: { ...STATION, knobs: { procs: 3 } }, lane: 0, seed: 1 }, resultOf({ executions: 10 }), 1, 10, []);
    expect(merged(log('a', (to) => slice(to, 1, 10, 1)), log('b', other)).merge.logs.map(({ executions }) => executions)).toEqual([10, 10]);
  });

  it('has not ended while one of its campaigns has not, whichever is the last', () => {
    const ended = log('ended', (to) => { slice(to, 1, 1, 9); to.end('time', 9); });
    const runs = log('runs', (to) => slice(to, 50, 1, 3));
    for (const paths of [[ended, runs], [runs, ended]]) expect(merged(...paths).logged).toMatchObject({ ending: '', parts: [{ ending: 'time' }] });
  });

  it('has each kind of failure once, shrunk if any log has it shrunk, and no slices without a result', () => {
    const a = log('a', (to) => { to.failure(failureOf('k', { seed: 1 })); to.offered({ station: STATION, lane: 0, seed: 1 }, 5, 'abcdef01'); to.lost({ station: STATION, lane: 0, seed: 1 }, 'died', 'abcdef01'); });
    const b = log('b', (to) => { to.failure(failureOf('k', { seed: 2, shrunk: SHRUNK })); to.failure(failureOf('other')); to.offered({ station: STATION, lane: 0, seed: 1 }, 5, 'abcdef02'); });
    const { logged, path } = merged(a, b);
    expect(logged.failures).toMatchObject([{ key: 'k', seed: 2, shrunk: SHRUNK }, { key: 'other' }]);
    expect(logged.owed).toEqual([]);
    expect(readFileSync(path, 'utf8').match(/"type":"lost"/g)!.length).toBe(1);
  });

  it.each([
    [['fixed', 'fixed'], 'fixed'], [['fixed', undefined], undefined], [['fixed', 'fails'], 'fails'], [['fails', undefined], 'fails'], [['diverged', 'fixed'], 'diverged'],
  ] as const)('of a kind that is %j is verified as %s', (states, joint) => {
    const paths = states.map((state, i) => log(`log-${i}`, (to) => {
      to.failure(failureOf('k'));
      if (state !== undefined) to.verified({ key: 'k', state, sweepgen: '2', build: 'b' });
    }));
    const { logged } = merged(...paths);
    expect((logged.verified.get('k') as Verified | undefined)?.state).toBe(joint);
    expect(closedIn(logged)).toEqual(joint === 'fixed' ? ['k'] : []);
  });

  it('can be merged again', () => {
    const paths = ['a', 'b', 'c'].map((name, i) => log(name, (to) => slice(to, 100 * i, 10, 1)));
    const first = new LogMerge(paths.slice(0, 2));
    writeFileSync(logPath('ab'), lineText(first.header) + [...first.lines()].map(lineText).join(''));
    const { merge, logged } = merged(logPath('ab'), paths[2], paths[0]);
    expect([logged.header.merged, merge.logs.map(({ executions }) => executions)]).toEqual([4, [20, 10, 0]]);
  });

  it('of older logs, which have no times, adds up the seconds of slices', () => {
    const paths = ['a', 'b'].map((name, i) => log(name, (to) => { slice(to, 100 * i, 1, 7); slice(to, 100 * i + 1, 1, 8); }));
    writeFileSync(paths[0], readFileSync(paths[0], 'utf8').replaceAll(/"at":\d,/g, ''));
    expect(merged(...paths).slices.map(({ at }) => at)).toEqual([0.5, 1, 7, 8]);
  });

  it('is written while the logs are read, with one slice of each in memory', () => {
    const paths = ['a', 'b'].map((name, i) => log(name, (to) => { for (let n = 0; n < 9; n++) slice(to, 100 * i + n, 1, n); }));
    for (const path of paths) writeFileSync(path, `${readFileSync(path, 'utf8')}broken\n`);
    const merge = new LogMerge(paths);
    const lines = merge.lines();
    for (let n = 0; n < 9; n++) expect(lines.next().done).toBe(false);
    expect(() => { for (;;) lines.next(); }).toThrow(/:11 is no line/);
  });

  it('of campaigns with played slices has each seed once', async () => {
    await runHere(logPath('x'), { executions: 1000 });
    writeFileSync(logPath('y'), readFileSync(logPath('x')));
    await runHere(logPath('x'), { executions: 500 });
    await runHere(logPath('y'), { executions: 1000 });
    const { merge, slices } = merged(logPath('x'), logPath('y'));
    const seeds = slices.flatMap(({ station, seed, executions }) => Array.from({ length: executions }, (_, i) => `${station.scenario} ${seed + i}`));
    expect(new Set(seeds).size).toBe(seeds.length);
    // The copies cut their slices at different seeds: what shares some of them is left out.
    expect(merge.logs.map(({ executions, leftOut }) => executions + leftOut.executions)).toEqual([1500, 2000]);
    expect(seeds.length).toBe(merge.logs.reduce((sum, { executions }) => sum + executions, 0));
    expect(seeds.length).toBeGreaterThan(1500);
  });
});

describe('logs that do not fit together', () => {
  it.each<readonly [Partial<Header>, Partial<Header>, RegExp]>([
    [{}, { mutant: 'x\u001b[31m' }, /a has the mutant none, and .*b has x\\x1b\[31m; their counts would not add up$/],
    [{ sweepgen: '1' }, { sweepgen: '2' }, /a has the version 1, and .*b has 2;/],
    [{ build: 'aa' }, { build: 'bb' }, /a has the build aa, and .*b has bb;/],
    [{}, { strategy: 'pos' }, /has the strategy portfolio, and .* pos;/],
    [{}, { memories: ['sc', 'js'] }, /has the memory model sc, and .* sc,js;/],
    [{}, { set: {} }, /has the --set procs=2, and .* nothing;/],
    [{}, { monitors: ['races'], always: true }, /has the monitors none, and .* races in every turn;/],
  ])('%j and %j are refused', (one, other, sentence) => {
    const paths = [log('a', () => {}, one), log('b', () => {}, other)];
    expect(() => new LogMerge(paths)).toThrow(sentence);
  });

  it('may have no build, but two builds must not differ', () => {
    const paths = [log('a', () => {}), log('b', () => {}, { build: 'bb' }), log('c', () => {}, { build: 'cc' })];
    expect(new LogMerge(paths.slice(0, 2)).header.build).toBe('bb');
    expect(() => new LogMerge(paths)).toThrow(/b has the build bb, and .*c has cc/);
  });

  it('include a broken log, and the message names its line', () => {
    const a = log('a', (to) => slice(to, 1, 1, 1));
    writeFileSync(a, `${readFileSync(a, 'utf8')}{}\n`);
    expect(() => [...new LogMerge([a]).lines()] satisfies LogLine[]).toThrow(/a:3 is no line of a campaign's log/);
  });
});
