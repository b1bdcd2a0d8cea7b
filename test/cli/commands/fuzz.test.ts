/** Output and exit codes of `sweepgen fuzz`, in one thread. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FuzzDocument } from '../../../src/cli/fuzz-document.ts';
import { documentOfLog } from '../../../src/cli/fuzz-log-document.ts';
import { WorkerLost } from '../../../src/explore/campaigns/worker-lost.ts';
import { EDGES } from '../../../src/rewrite/edges/catalog.ts';
import { SCENARIOS } from '../../../src/explore/scenarios/catalog.ts';
import { failureOf, poolOf, resultOf } from '../../explore/slices.ts';
import { cli } from '../fakes.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'sweepgen-fuzz-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A pool whose slices run the executions that were asked for, one interleaving each. */
const quiet = () => poolOf(2, ({ executions, seed }) => resultOf({ executions, hashes: Uint32Array.from({ length: executions }, (_, i) => seed + i) }));

describe('sweepgen fuzz', () => {
  it('prints its settings, a row for each scenario, and the edges that were not covered', async () => {
    const { code, out, err } = await cli('fuzz mark-bits free-beside --executions 12 --seed 5 --monitors none');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^seed 5: 2 scenarios in 5 settings, by portfolio, on 2 workers\nscenario +executions +a second/);
    expect(out).toMatch(/^mark-bits +\d+ /m);
    expect(out).toMatch(/\d+ of \d+ protocol edges that could be passed here were passed; never:\n/);
    expect(out).toMatch(/never:\n {2}[a-z]+: /);
    expect(out).not.toContain('channels:');
    expect(out).toMatch(/\n12 executions\b.*nothing wrong\n$/);
    for (const line of out.split('\n').slice(0, -2)) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('takes all scenarios unless told which, and says which had no turn', async () => {
    const pool = quiet();
    const { out } = await cli('fuzz --executions 3', undefined, { explorePool: () => pool });
    expect(out).toContain(`seed 4711: ${SCENARIOS.length} scenarios in `);
    expect(pool.slices.map(({ station }) => station.scenario)).toEqual(SCENARIOS.slice(0, 3).map(({ name }) => name));
    expect(out).toContain('not run: ');
  });

  it('hands knobs, strategy, mutant and monitors on', async () => {
    const pool = quiet();
    await cli('fuzz --mutant mark-load-or-store --set procs=2 --strategy random:7 --races --executions 1', undefined, { explorePool: () => pool });
    expect(pool.slices[0].station).toEqual({ scenario: 'mark-bits', knobs: { procs: 2 }, strategy: 'random:7', monitors: ['races'], mutant: 'mark-load-or-store' });
  });

  it('runs each setting under each memory model, and counts them apart', async () => {
    const pool = quiet();
    const { out } = await cli('fuzz mark-bits --set procs=2 --memory tso,js,tso --executions 4 --monitors none', undefined, { explorePool: () => pool });
    expect(out).toMatch(/^seed 4711: 1 scenario in 1 setting under tso and js, by /);
    expect(pool.slices.slice(0, 2).map(({ station }) => station.memory)).toEqual(['tso', 'js']);
    const { out: text } = await cli('fuzz mark-bits --memory sc,js --executions 6 --monitors none --json', undefined, { explorePool: quiet });
    expect(FuzzDocument.parse(JSON.parse(text)).memories).toMatchObject([{ memory: 'sc' }, { memory: 'js' }]);
    expect(JSON.parse(text).memories.map((each: { executions: number }) => each.executions).reduce((a: number, b: number) => a + b)).toBe(6);
  });

  it('takes the memory model that finds the mutant, unless told otherwise', async () => {
    const models = async (flags: string) => {
      const pool = quiet();
      await cli(`fuzz --mutant runq-steals-plainly --executions 2 ${flags}`, undefined, { explorePool: () => pool });
      return pool.slices.map(({ station }) => station.memory);
    };
    expect(await models('')).toEqual(['js', 'js']);
    expect(await models('--memory sc')).toEqual([undefined, undefined]);
  });

  it('finds a bug that only a weak memory model sees, and shrinks, replays and repeats it under that model', async () => {
    const { code, out, err } = await cli('fuzz --mutant runq-steals-plainly --monitors none --seed 1 --executions 300');
    expect(code).toBe(1);
    expect(out).toMatch(/^a failure of runq .*, under js:\nshrunk to \d+ preemptions?, [1-9]\d* older values? in /m);
    const [, command] = /repeat the one that failed with: sweepgen (explore .+)\n/.exec(out)!;
    expect(command).toContain(' --memory js ');
    expect((await cli(`${command} --no-shrink`)).code).toBe(1);
    const [, line] = /sweepgen replay '(v1:[^']+)'/.exec(out)!;
    expect(await cli(`replay ${line}`)).toMatchObject({ code: 1 });
    expect(err).toContain('saw the older value');
    expect((await cli(`${command.replace('--memory js', '--memory sc')} --no-shrink`)).code).toBe(5);
  });

  it('logs the memory models, and goes on under them', async () => {
    const path = join(folder, 'log');
    const options = '--monitors none --set procs=2';
    await cli(`fuzz mark-bits ${options} --memory tso,js --executions 4 --log ${path}`, undefined, { explorePool: quiet });
    expect(JSON.parse(readFileSync(path, 'utf8').split('\n', 1)[0]).memories).toEqual(['tso', 'js']);
    const pool = quiet();
    await cli(`fuzz --executions 4 --log ${path} --resume`, undefined, { explorePool: () => pool });
    expect(new Set(pool.slices.map(({ station }) => station.memory))).toEqual(new Set(['tso', 'js']));
    expect(JSON.parse(await documentOfLog(path)).memories.map((each: { executions: number }) => each.executions).reduce((a: number, b: number) => a + b)).toBe(8);
    const { err } = await cli(`fuzz --memory sc --log ${path} --resume`);
    expect(err).toContain('leave out --memory');
    await cli(`fuzz mark-bits --memory sc --executions 1 --log ${path}-sc`, undefined, { explorePool: quiet });
    expect(readFileSync(`${path}-sc`, 'utf8')).not.toContain('memor');
  });

  it('finds a planted bug, and ends with the command that repeats it', async () => {
    const { code, out, err } = await cli('fuzz --mutant mark-load-or-store --monitors none --seed 1 --executions 300 --no-shrink');
    expect(code).toBe(1);
    expect(err).toMatch(/^sweepgen: all threads finished, but the check failed:\nsweepgen: {3}LOST_OBJECT/);
    const [, command] = /repeat the one that failed with: sweepgen (explore .+)\n/.exec(out)!;
    expect(await cli(`${command} --no-shrink`)).toMatchObject({ code: 1, err });
  });

  it('prints each kind of failure once with --keep-going', async () => {
    const pool = poolOf(1, ({ known }, number) => {
      const key = number % 2 === 0 ? 'mark-bits invariant A' : 'mark-bits invariant B';
      return resultOf({ failures: known.includes(key) ? [] : [failureOf(key)], seen: { [key]: 1 } });
    });
    const { code, out, err } = await cli('fuzz mark-bits --executions 20 --keep-going', undefined, { explorePool: () => pool });
    expect(code).toBe(1);
    expect(out.match(/a failure of mark-bits/g)).toHaveLength(2);
    expect(out).toContain('it broke:');
    expect(err).toBe('sweepgen: 2 different failures:\nsweepgen:   mark-bits invariant B\nsweepgen:   mark-bits invariant A\n');
  });

  it('shows the lane table and the line of a failure that was shrunk', async () => {
    const shrunk = { line: 'v1:abc', preemptions: 1, steps: 44, explanation: [], story: [], facts: ['CODE'], table: [{ text: '▶ 3  store', kind: 'critical' as const }] };
    const pool = poolOf(1, () => resultOf({ failures: [failureOf('k', { shrunk })], seen: { k: 1 } }));
    const { out } = await cli('fuzz mark-bits --executions 1', undefined, { explorePool: () => pool });
    expect(out).toContain("shrunk to 1 preemption in 44 accesses:\n▶ 3  store\nreplay the shrunk one with: sweepgen replay 'v1:abc'\n");
    expect(pool.slices[0].shrink).toBe(true);
  });

  it('prints one JSON document', async () => {
    const { out } = await cli('fuzz mark-bits --executions 4 --seed 3 --json', undefined, { explorePool: quiet });
    const document = FuzzDocument.parse(JSON.parse(out));
    expect(document).toMatchObject({ seed: 3, ending: 'executions', failures: [], scenarios: [{ scenario: 'mark-bits', executions: 4 }] });
    // Edges that marking can't pass don't count as missing.
    expect(document.edges.never.length).toBeGreaterThan(0);
    expect(document.edges.never.filter((name) => name.startsWith('channels'))).toEqual([]);
  });

  it('searches for a planted bug for as long as it was told: building does not count', async () => {
    let clock = 0;
    const pool = { ...poolOf(1, () => { clock += 4000; return resultOf({ seconds: 4 }); }), prepare: async () => void (clock += 100_000) };
    const { code, out, err } = await cli('fuzz --mutant mark-load-or-store --seconds 7', undefined, { explorePool: () => pool, now: () => clock });
    expect(pool.slices.length).toBe(2);
    expect(code).toBe(5);
    expect(err).toBe('sweepgen: mark-load-or-store was planted and not found in 2 executions; give it more --seconds, or another --strategy\n');
    expect(out).not.toContain('nothing wrong');
  });

  it('prints no verdict if it has run nothing', async () => {
    const { code, out, err } = await cli('fuzz mark-bits --seconds 1', undefined, { explorePool: () => poolOf(1, () => resultOf({ executions: 0, hashes: Uint32Array.of() })), now: (() => { let time = 0; return () => (time += 300); })() });
    expect([code, err]).toEqual([5, 'sweepgen: nothing was explored: the time was up before the first execution; give it more --seconds\n']);
    expect(out).not.toContain('nothing wrong');
  });

  it("ends with 2 if only a user's scenario failed, and explains the shrunk execution", async () => {
    const shrunk = { line: 'v1:abc', preemptions: 0, steps: 4, explanation: ['the shrunk one broke:', '  here'], story: ['M0 did it'], facts: ['x'], table: [] };
    const failure = failureOf('k', { fault: 'scenario', shrunk });
    const { code, out, err } = await cli('fuzz mark-bits --executions 1', undefined, { explorePool: () => poolOf(1, () => resultOf({ failures: [failure], seen: { k: 1 } })) });
    expect([code, err]).toEqual([2, 'sweepgen: the shrunk one broke:\nsweepgen:   here\nsweepgen:   M0 did it\n']);
    expect(out).toContain('shrunk to 0 preemptions in 4 accesses:\nM0 did it\n');
  });

  it('keeps a log, and goes on where it ends', async () => {
    const path = join(folder, 'log');
    await cli(`fuzz mark-bits --set procs=2 --monitors none --seed 40 --executions 10 --log ${path}`, undefined, { explorePool: quiet });
    appendFileSync(path, '{"type":"sl');
    const pool = quiet();
    const { code, out } = await cli(`fuzz --executions 5 --log ${path} --resume`, undefined, { explorePool: () => pool });
    expect(code).toBe(0);
    expect(out).toContain('before: 10 executions');
    expect(out).toMatch(/\n15 executions/);
    const log = readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
    const ran = log.filter(({ type }) => type === 'slice').map(({ lane, seed, executions }) => ({ lane, seed, executions }));
    expect(ran.reduce((sum, { executions }) => sum + executions, 0)).toBe(15);
    // Seeds ascend in each lane, and none occurs twice.
    for (const lane of [0, 1]) {
      let next: number | undefined;
      for (const { seed, executions } of ran.filter((slice) => slice.lane === lane)) {
        if (next !== undefined) expect(seed).toBe(next);
        next = seed + executions;
      }
    }
    expect(log.filter(({ type }) => type === 'end').map(({ ending }) => ending)).toEqual(['executions', 'executions']);
  });

  it('records its course, which goes on where the log ends', async () => {
    const path = join(folder, 'log');
    const edges = new Uint32Array(EDGES.length);
    edges[EDGES.findIndex(({ name }) => name === 'lfstack: push retried')] = 3;
    let time = 0;
    const pool = () => poolOf(1, ({ executions }) => {
      time += 2000;
      return resultOf({ executions, hashes: Uint32Array.of(time), edges });
    });
    const recorded = async (line: string) => FuzzDocument.parse(JSON.parse((await cli(`fuzz ${line} --log ${path} --json --record`, undefined, { explorePool: pool, now: () => time })).out)).campaign!;
    const first = await recorded('mark-bits --set procs=2 --monitors none --executions 10');
    expect(first.series).toMatchObject({ atSeconds: [2], executions: [10], edges: [1] });
    const second = await recorded('--executions 5 --resume');
    expect(second.series).toMatchObject({ atSeconds: [2, 4], executions: [10, 15], distinct: [1, 2], edges: [1, 1] });
    const [{ passed, possible }] = second.scenarios;
    expect(passed).toMatchObject({ times: [6], firstSeconds: [2] });
    expect(possible).toContain(passed.edge[0]);
    // Nothing of channels is in the reach of marking.
    expect(possible!.filter((edge) => second.edges[edge].startsWith('channels'))).toEqual([]);
    const ofLog = FuzzDocument.parse(JSON.parse(await documentOfLog(path)));
    expect(ofLog).toMatchObject({ ending: 'executions', seconds: 4, jobs: 1 });
    expect(ofLog.campaign).toEqual(second);
  });

  it('has no course unless it is recorded', async () => {
    const { out } = await cli('fuzz mark-bits --executions 4 --json', undefined, { explorePool: quiet });
    expect(JSON.parse(out)).not.toHaveProperty('campaign');
  });

  it('that loses a worker names its slice, and keeps the findings in the log', async () => {
    const path = join(folder, 'log');
    const pool = poolOf(1, (_, number) => {
      if (number === 2) throw new WorkerLost('a worker died: oh');
      return resultOf();
    });
    const { code, out, err } = await cli(`fuzz mark-bits --seed 8 --log ${path}`, undefined, { explorePool: () => pool });
    expect(code).toBe(4);
    expect(err).toBe(`sweepgen: a worker died: oh, at mark-bits from seed 8 on; what was found before is in ${path}\n`);
    expect(out).toContain('1 execution');
    expect(readFileSync(path, 'utf8')).toMatch(/"type":"slice".*\n.*"type":"lost".*\n.*"type":"end"/);
  });

  it('ends as interrupted when it is', async () => {
    const { code, out } = await cli('fuzz mark-bits', undefined, { signal: AbortSignal.abort(), explorePool: quiet });
    expect(code).toBe(130);
    expect(out).toContain('0 executions');
  });

  it.each([
    ['fuzz mark-bit', "there is no scenario 'mark-bit'; did you mean mark-bits?"],
    ['fuzz --mutant none', /^sweepgen: there is no mutant 'none'/],
    ['fuzz --strategy none', /^sweepgen: there is no strategy 'none'/],
    ['fuzz --monitors nobody', /^sweepgen: there is no monitor 'nobody'; there are races, /],
    ['fuzz mark-bits --set prcs=2', "there is no knob 'prcs' to --set; did you mean procs?"],
    ['fuzz mark-bits --set procs=9', 'scenario mark-bits runs on 2 or 3 or 4 Ps, not 9'],
    ['fuzz --memory js,x86', "each model of --memory must be sc, tso or js, not 'x86'"],
    ['fuzz --jobs 0', "--jobs must be a whole number from 1 to 256, not '0'"],
    ['fuzz --resume', '--resume needs --log, the log to go on with'],
    ['fuzz mark-bits --seed 3 --log x --resume', '--resume goes on with the campaign of the log, as it was begun; leave out mark-bits --seed'],
    ['fuzz --log /absent/x --resume', 'there is no log /absent/x to resume'],
  ])('refuses "%s" in a sentence', async (line, sentence) => {
    const { code, out, err } = await cli(line);
    expect([code, out]).toEqual([2, '']);
    if (typeof sentence === 'string') expect(err).toBe(`sweepgen: ${sentence}\n`);
    else expect(err).toMatch(sentence);
  });
});
