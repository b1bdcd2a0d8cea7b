/** The data of the player: a recorded failure in the form that documents have. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { playerOfReplay, playerOfSeed } from '../../src/cli/player.ts';
import { readArtefact } from '../../src/explore/failures/artefact.ts';
import { replayArtefact } from '../../src/explore/failures/replay.ts';
import { presentSources } from '../../src/explore/film/sources.ts';
import { findScenario } from '../../src/explore/find.ts';
import { knobsOf } from '../../src/explore/scenarios/scenario.ts';
import { makePlayer } from '../../src/report/make-player.ts';
import { PlayerShape, type Player } from '../../src/report/player.ts';
import { strictly } from '../../src/report/schema.ts';
import { Verifier } from '../../src/verify/verifier.ts';

async function playerOf(schedule: string): Promise<Player> {
  const artefact = readArtefact(readFileSync(join(ROOT, 'test/schedules', schedule), 'utf8'), schedule);
  return playerOfReplay(artefact, await replayArtefact(artefact, { makeOracle: (m) => new Verifier(m) }));
}

describe('the player of a lost mark', () => {
  let player: Player;
  beforeAll(async () => {
    player = await playerOf('mark-bits-mark-load-or-store.json');
  });

  it('is what its schema declares', () => {
    expect(strictly(PlayerShape).parse(player)).toEqual(player);
  });

  it('says what failed, and which accesses decide', () => {
    expect(player.verdict).toBe('invariant');
    expect(player.explanation.join()).toContain('is reachable and not marked');
    expect(player.moments.at(-1)!.text).toMatch(/^M\d writes 0x\w+ to marks of span 0, blocks \d+-\d+, made from the 0x\w+ that it read at step \d+\. It overwrites 0x\w+, and so loses the change of step \d+$/);
    const { file, line, function: fn } = player.sites;
    const site = player.steps.site[player.moments.at(-1)!.step];
    expect([player.files[file[site]].name, player.functions[fn[site]]]).toEqual(['src/gc/mark.ts', 'casMark']);
    // Its line is part of the text, with the planted bug.
    const { planted } = player.files[file[site]];
    expect(planted).toEqual([line[site], line[site]]);
    expect(lineOf(player, file[site], line[site])).toContain('m[');
    expect(player.mutant).toMatchObject({ name: 'mark-load-or-store', file: 'src/gc/mark.ts' });
    expect(player.repeat).toMatch(/^sweepgen replay 'v1:[\w-]+'$/);
  });

  it('has columns of one length, and rows that are there', () => {
    const { steps, sites, paths, words, preemptions, threads } = player;
    expect(new Set(Object.values(steps).map(({ length }) => length)).size).toBe(1);
    const within = (rows: readonly number[], table: readonly unknown[], least = 0) => expect(rows.every((row) => row >= least && row < table.length)).toBe(true);
    within(steps.thread, threads);
    within(steps.site, sites.line);
    within(steps.path, paths.site, -1);
    within(steps.word, words.name);
    within(paths.site, sites.line);
    within(sites.file, player.files);
    within(sites.function, player.functions);
    within(words.form.map((form) => form - 2), player.valueNames, -2);
    for (const [i, step] of preemptions.step.entries()) expect(steps.thread[step - 1]).toBe(preemptions.from[i]);
    expect(preemptions.step.length).toBeGreaterThan(0);
  });

  it('has the text of every place', () => {
    for (const [i, file] of player.sites.file.entries()) expect(lineOf(player, file, player.sites.line[i]), `${player.files[file].name}:${player.sites.line[i]}`).toBeDefined();
  });
});

describe('the player of a very long execution', () => {
  it('keeps its end', async () => {
    const artefact = readArtefact(readFileSync(join(ROOT, 'test/schedules/mark-bits-mark-load-or-store.json'), 'utf8'), '');
    const { ground, setting, core: { sites }, recording } = await replayArtefact(artefact, { makeOracle: (m) => new Verifier(m) });
    const played = { ground, setting, sites, recording, pairs: artefact.pairs, repeat: '', read: presentSources(ROOT) };
    const [whole, end] = [makePlayer(played), makePlayer(played, 500)];
    expect(PlayerShape.parse(end).steps.value).toEqual(whole.steps.value.slice(-500));
    expect(end.omitted).toBe(whole.steps.value.length - 500);
    expect(end.moments).toEqual(whole.moments.filter(({ step }) => step >= end.omitted).map(({ step, text }) => ({ step: step - end.omitted, text })));
    expect(end.moments).toHaveLength(1);
    expect(end.locks.step.every((step) => step >= 0)).toBe(true);
  });
});

function lineOf({ files }: Player, file: number, line: number): string | undefined {
  const block = files[file].blocks.find((each) => line >= each.line && line < each.line + each.lines.length);
  return block?.lines[line - block.line];
}

describe('the player of an execution that passes', () => {
  it('shows the execution of the seed, and the command that repeats it', async () => {
    const scenario = findScenario('locks');
    const player = await playerOfSeed({ scenario: scenario.name, knobs: knobsOf(scenario), strategy: 'pos', monitors: [], mutant: null }, 7);
    expect(player).toMatchObject({ verdict: 'ok', explanation: ['nothing is wrong'], moments: [], story: [], repeat: 'sweepgen explore locks --seed 7 --strategy pos --executions 1' });
    expect(player.threads.every(({ ended }) => ended !== null)).toBe(true);
  });

  it('takes less than a megabyte and a half for a whole cycle', async () => {
    const scenario = findScenario('whole-cycle');
    const player = await playerOfSeed({ scenario: scenario.name, knobs: knobsOf(scenario), strategy: 'pos', monitors: [], mutant: null }, 1);
    expect(player.steps.thread.length).toBeGreaterThan(5000);
    expect(JSON.stringify(player).length / player.steps.thread.length).toBeLessThan(80);
  });
});
