/** A failure is shrunk, explained by its critical pair, and reproduced from its artefact. */
import { beforeAll, describe, expect, it } from 'vitest';
import { ACCESS } from '../../src/rewrite/sites.ts';
import { unpackTrace } from '../../src/explore/failures/artefact.ts';
import { investigate, type Failure } from '../../src/explore/failures/describe.ts';
import { laneTable } from '../../src/explore/failures/lane-table.ts';
import { lanesOf } from '../../src/explore/failures/lanes.ts';
import { decodeLine } from '../../src/explore/failures/line.ts';
import { replayArtefact } from '../../src/explore/failures/replay.ts';
import { Stand } from '../../src/explore/failures/stand.ts';
import type { LoadedCore } from '../../src/explore/load.ts';
import { procsKnob, settingOf, type MakeOracle, type Scenario } from '../../src/explore/scenarios/scenario.ts';
import { RandomWalk } from '../../src/explore/strategies/random-walk.ts';
import { A, ADD, B, loadTextCore, lostUpdate, scenarioOf } from './failures/ground.ts';

const content: MakeOracle = () => ({ forget() {}, check: () => ({ problems: [] }) });

/** Returns the first seed that fails. */
function find(core: LoadedCore, scenario: Scenario): Failure {
  const setting = settingOf(scenario);
  const stand = new Stand({ core: core.core, scenario, makeOracle: content }, setting);
  for (let seed = 1; seed < 2000; seed++) {
    const strategy = new RandomWalk(1);
    if (stand.run(strategy, seed).outcome.verdict !== 'ok') return { scenario, setting, strategy, seed };
  }
  throw new Error('nothing fails');
}

let core: LoadedCore;
beforeAll(async () => {
  core = await loadTextCore(ADD);
});

describe('a lost update', () => {
  const options = () => ({ core, makeOracle: content });

  it('shrinks to the one preemption between load and store', () => {
    const { artefact } = investigate(find(core, lostUpdate), options());
    expect(artefact).toMatchObject({ scenario: 'made-up', verdict: 'invariant', facts: ['LOST_UPDATE: 1 of 2'], preemptions: [{ thread: 0, at: 22, to: 1 }] });
  });

  it('is explained by both loads, each before the store of the other', () => {
    const { artefact, lanes } = investigate(find(core, lostUpdate), options());
    expect(artefact.pairs).toEqual([
      [{ thread: 0, nth: 20 }, { thread: 1, nth: 21 }],
      [{ thread: 1, nth: 20 }, { thread: 0, nth: 21 }],
    ]);
    expect(laneTable(lanes).map(({ text }) => text).join('\n')).toMatchInlineSnapshot(`
      "  step  M0                      │ M1                    │ source
              … 20 accesses …
      ▶   21  load word 8000 = 0      │                       │ virtual/core.ts:3 add
              ── M0 is preempted by M1 ──
          22                          │ store word 8002 0     │ virtual/core.ts:2 add
              … 19 accesses …
      ▶   42                          │ load word 8000 = 0    │ virtual/core.ts:3 add
      ▶   43                          │ store word 8000 0 → 1 │ virtual/core.ts:4 add
              … 20 accesses …
      ▶   64  store word 8000 1       │                       │ virtual/core.ts:4 add
              … 16 accesses …
          81  store word 8001 15 → 16 │                       │ virtual/core.ts:5 add
          82  store word 8001 16 → 17 │                       │ virtual/core.ts:5 add
          83  store word 8001 17 → 18 │                       │ virtual/core.ts:5 add
          84  store word 8001 18 → 19 │                       │ virtual/core.ts:5 add"
    `);
    expect(lanes.rows.filter(({ critical }) => critical).map(({ operation }) => operation)).toEqual([`load word ${A} = 0`, `load word ${A} = 0`, `store word ${A} 0 → 1`, `store word ${A} 1`]);
  });

  it('is reproduced from its line and from its file, step by step', async () => {
    const { artefact, line } = investigate(find(core, lostUpdate), options());
    for (const each of [artefact, decodeLine(line)]) {
      expect(await replayArtefact(each, { loaded: { ...core, scenario: lostUpdate }, makeOracle: content })).toMatchObject({ fails: true, divergence: '', otherBuild: false });
    }
    expect(unpackTrace(artefact.trace!)).toHaveLength(artefact.steps);
  });

  it('shows every access on request', async () => {
    const { artefact } = investigate(find(core, lostUpdate), options());
    const { ground, setting, recording } = await replayArtefact(artefact, { loaded: { ...core, scenario: lostUpdate }, makeOracle: content });
    const all = lanesOf(ground, setting, core.sites, recording, artefact.pairs, true);
    expect(all.rows).toHaveLength(artefact.steps);
    expect(all.rows.some(({ elided }) => elided > 0)).toBe(false);
    expect(recording.trace.at(0).kind).toBe(ACCESS.store);
  });

  it('disappears if the add is atomic, and the replay names the first different step', async () => {
    const { artefact, line } = investigate(find(core, lostUpdate), options());
    const repaired = await loadTextCore(ADD.replace('const value = m[at];\n  m[at] = value + 1;', 'Atomics.add(m, at, 1);'));
    const [file, short] = await Promise.all([artefact, decodeLine(line)].map((each) => replayArtefact(each, { loaded: { ...repaired, scenario: lostUpdate }, makeOracle: content })));
    expect(file).toMatchObject({ fails: false, otherBuild: true, recording: { outcome: { verdict: 'ok' } } });
    expect(file.divergence).toBe('step 21: recorded M0 at virtual/core.ts add: m[at] (load); now M0 at virtual/core.ts add: Atomics.add(m, at, 1) (rmw)');
    expect(short.divergence).toMatch(/^between step (19|21) .* and step \d+: recorded other accesses than there are now$/);
  });

  it('is reproduced after lines were inserted above it', async () => {
    const { artefact } = investigate(find(core, lostUpdate), options());
    const moved = await loadTextCore(`export function idle(): void {}\n\n${ADD}`);
    expect(await replayArtefact(artefact, { loaded: { ...moved, scenario: lostUpdate }, makeOracle: content })).toMatchObject({ fails: true, divergence: '', otherBuild: true });
  });
});

describe('a scenario with knobs and operations', () => {
  const knobs = [procsKnob(4, 3, 2), { name: 'rounds', summary: '', values: [3, 1, 2] }];
  const scenario = scenarioOf({
    knobs,
    operations: ({ procs, rounds }) => Array.from({ length: procs }, () => Array.from({ length: rounds }, (_, i) => ['add', i % 2 === 0 ? A : B + 5] as const)),
    threads: (loaded, { operations }) => operations.map((own, i) => (m) => (loaded.addAll as never as (m: Int32Array, at: number[], idle: number) => ReturnType<typeof loaded.add>)(m, own.map(([, at]) => at), B + 10 + i)),
    check: () => '',
  });

  it('is shrunk to the fewest threads and operations that fail', async () => {
    const loaded = await loadTextCore(`${ADD}
export function addAll(m: Int32Array, ats: readonly number[], idle: number): void {
  for (let i = 0; i < ats.length; i++) add(m, ats[i], idle);
}
`);
    const counted: Scenario = {
      ...scenario,
      prepare: (used, setting, makeOracle) => ({
        ...scenario.prepare(used, setting, makeOracle),
        check: (m) => (m[A] < setting.operations.flat().filter(([, at]) => at === A).length ? 'LOST_UPDATE' : ''),
      }),
    };
    const { artefact } = investigate(find(loaded, counted), { core: loaded, makeOracle: content });
    expect(artefact.knobs).toEqual({ procs: 2, rounds: 1 });
    expect(artefact.operations).toBeNull();
    expect(artefact.preemptions).toHaveLength(1);
  });
});
