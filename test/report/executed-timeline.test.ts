/** The timeline of an execution shows what its recording holds. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { playerOfReplay } from '../../src/cli/player.ts';
import { readArtefact } from '../../src/explore/failures/artefact.ts';
import { replayArtefact } from '../../src/explore/failures/replay.ts';
import { executedTimeline } from '../../src/report/executed-timeline.ts';
import type { Player } from '../../src/report/player.ts';
import { strictly } from '../../src/report/schema.ts';
import { TimelineShape } from '../../src/report/timeline-shape.ts';
import { encodeTrace } from '../../src/report/trace-file.ts';
import { Verifier } from '../../src/verify/verifier.ts';
import { readTrace, type ReadSlice } from '../support/read-trace.ts';

const FOLDER = join(ROOT, 'test/schedules');
/** One that loses an object, one that waits for ever, one that is long. */
const FILES = readdirSync(FOLDER).filter((file) => /^(mark-bits-mark-load|waiting-lock|whole-cycle-sweepgen|runq-)/.test(file));

async function playerOf(file: string): Promise<Player> {
  const path = join(FOLDER, file);
  const artefact = readArtefact(readFileSync(path, 'utf8'), path);
  return playerOfReplay(artefact, await replayArtefact(artefact, { makeOracle: (m) => new Verifier(m) }));
}

const ACCESS_KINDS = new Set(['critical access', 'load', 'atomic load', 'store', 'atomic store', 'update', 'cas', 'failed cas', 'sleep', 'no sleep', 'wake', 'fill', 'copy']);
const isAccess = ({ name }: ReadSlice) => ACCESS_KINDS.has(name);

describe.each(FILES)('the timeline of %s', (file) => {
  const both = playerOf(file).then((player) => ({ player, timeline: executedTimeline(player) }));

  it('is read back from both forms of a trace file', async () => {
    const { player, timeline } = await both;
    expect(strictly(TimelineShape).safeParse(timeline).error).toBeUndefined();
    for (const path of ['x.pftrace', 'x.json.gz']) {
      const [{ name, threads }] = readTrace(encodeTrace([timeline], path), path);
      expect(name).toBe(`${player.name}: ${player.verdict} (1 µs is one access)`);
      expect(threads.map((thread) => thread.name)).toEqual(player.threads.map((thread) => thread.name));
    }
  });

  it('has each access on its thread, at its step, inside of the calls around it', async () => {
    const { player, timeline } = await both;
    const [{ threads }] = readTrace(encodeTrace([timeline], 'x.json'), 'x.json');
    const accesses = threads.flatMap(({ slices }, thread) => slices.filter(isAccess).map((slice) => ({ thread, ...slice }))).toSorted((a, b) => a.startNs - b.startNs);
    expect(accesses.map(({ thread }) => thread)).toEqual(player.steps.thread);
    expect(accesses.every(({ startNs, endNs }, step) => startNs === step * 1000 && endNs === startNs + 1000)).toBe(true);
    for (const [step, { thread, startNs, depth, detail }] of accesses.entries()) {
      const around = threads[thread].slices.filter((slice) => slice.depth < depth && slice.startNs <= startNs && slice.endNs > startNs);
      expect(around.map(({ name }) => name)).toEqual(callsOf(player, step));
      expect(detail).toContain(player.words.name[player.steps.word[step]]);
    }
    expect(accesses.flatMap(({ name }, step) => (name === 'critical access' ? [step] : []))).toEqual([...new Set(player.moments.map(({ step }) => step))].toSorted((a, b) => a - b));
  });

  it('shows when a thread sleeps or is preempted: it makes no access then', async () => {
    const { player, timeline } = await both;
    const [{ threads }] = readTrace(encodeTrace([timeline], 'x.json'), 'x.json');
    const pauses = threads.flatMap(({ slices }, thread) => slices.filter(({ name }) => name === 'asleep' || name === 'preempted').map((slice) => ({ thread, ...slice })));
    for (const { thread, startNs, endNs } of pauses) {
      expect(player.steps.thread.slice(startNs / 1000, endNs / 1000)).not.toContain(thread);
    }
    const sleeps = player.steps.kind.filter((kind) => kind === 7).length;
    expect(pauses.filter(({ name }) => name === 'asleep')).toHaveLength(sleeps);
    expect(pauses.filter(({ name }) => name === 'preempted').length).toBeLessThanOrEqual(player.preemptions.step.length);
    if (player.preemptions.step.length > 0) expect(pauses.some(({ name }) => name === 'preempted')).toBe(true);
  });
});

/** Returns the functions around an access, outermost first. */
function callsOf({ steps, paths, sites, functions }: Player, step: number): string[] {
  const calls: number[] = [steps.site[step]];
  for (let path = steps.path[step]; path >= 0; path = paths.parent[path]) calls.push(paths.site[path]);
  return calls.reverse().map((site) => `${functions[sites.function[site]]}()`);
}
