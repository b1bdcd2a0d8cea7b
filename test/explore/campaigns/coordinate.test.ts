/** The coordinator over a queue of its test, which does what a queue may do. */
import { describe, expect, it } from 'vitest';
import { coordinate } from '../../../src/explore/campaigns/coordinate.ts';
import { History } from '../../../src/explore/campaigns/history.ts';
import { jobId, readJob, resultText, type SliceJob } from '../../../src/explore/campaigns/slice-job.ts';
import { Plan } from '../../../src/explore/campaigns/plan.ts';
import type { Failure, Slice } from '../../../src/explore/campaigns/slice.ts';
import { Tally } from '../../../src/explore/campaigns/tally.ts';
import { findScenario } from '../../../src/explore/find.ts';
import { knobsOf } from '../../../src/explore/scenarios/scenario.ts';
import type { Memory } from '../../../src/explore/weak/memory.ts';
import { QueueTaken } from '../../../src/queue/errors.ts';
import type { Finished, Job, Lead } from '../../../src/queue/queue.ts';
import { playSlice } from '../../support/played-slices.mjs';

const NAMES = ['mark-bits', 'pacing'];

interface Behaviour {
  /** What the queue gives for a job, over time. */
  readonly play?: (job: SliceJob, id: string, result: string) => readonly Finished[];
  readonly lost?: Promise<never>;
  /** Fails the first so many calls. */
  readonly away?: number;
  readonly strategy?: string;
  readonly executions?: number;
  readonly memories?: readonly Memory[];
}

interface Outcome {
  readonly tally: Tally;
  readonly reported: readonly Failure[];
  readonly refused: readonly string[];
  readonly trouble: readonly (string | undefined)[];
  /** Names of all jobs, in the order in which they were offered. */
  readonly offered: readonly string[];
  /** Jobs that are neither acknowledged nor withdrawn. */
  readonly left: number;
}

/** Runs a campaign, of 1000 executions unless told otherwise. */
async function run({ play = (_, id, result) => [{ id, result }], lost = new Promise<never>(() => {}), away = 0, strategy = 'uniform', executions = 1000, memories }: Behaviour): Promise<Outcome> {
  const waiting = new Map<string, Job>();
  const over: Finished[] = [];
  const offered: string[] = [];
  const [refused, reported, trouble] = [[] as string[], [] as Failure[], [] as (string | undefined)[]];
  let calls = 0;
  async function reached(): Promise<void> {
    if (calls++ < away) throw Object.assign(new Error('redis://:hunter2@x'), { code: 'ECONNRESET' });
  }
  const lead: Lead = {
    lost,
    async offer(jobs) {
      await reached();
      for (const job of jobs) {
        if (!waiting.has(job.id)) offered.push(job.id);
        waiting.set(job.id, job);
      }
    },
    async finished() {
      await reached();
      for (const { id, text } of waiting.values()) {
        const job = readJob(text, 'b');
        over.push(...play(job, id, resultText('host', playSlice(job as unknown as Slice))));
        waiting.delete(id);
      }
      return over.slice();
    },
    async acknowledge(ids) {
      await reached();
      for (const id of ids) {
        const at = over.findIndex((each) => each.id === id);
        if (at >= 0) over.splice(at, 1);
      }
    },
    withdraw: async () => waiting.clear(),
    workers: async () => [{ host: 'host', pid: 1, jobs: 2 }],
    close: async () => {},
  };
  const tally = new Tally(NAMES);
  await coordinate({
    lead, build: 'b', owed: [], tally, history: new History(), executions, keepGoing: true, shrink: true,
    plan: new Plan({ scenarios: NAMES.map((name) => ({ name, settings: [knobsOf(findScenario(name))] })), strategy, mutant: null, monitors: [], always: false, seed: 1, memories }),
    now: () => performance.now(), signal: new AbortController().signal,
    onFailure: (failure) => reported.push(failure), onRefused: (message) => refused.push(message), onTrouble: (message) => trouble.push(message),
  });
  return { tally, reported, refused, trouble, offered, left: over.length + waiting.size };
}

describe('the coordinator', () => {
  it('counts what was run, reports each failure once, and leaves nothing in the queue', async () => {
    const { tally, reported, refused, offered, left } = await run({});
    expect([tally.sum('executions'), refused, left]).toEqual([1000, [], 0]);
    const keys = reported.map(({ key }) => key);
    expect(keys.toSorted()).toEqual(tally.failures.map(({ key }) => key).toSorted());
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.length).toBeGreaterThan(3);
    expect(reported.every(({ shrunk }) => shrunk === 'it is played')).toBe(true);
    expect(new Set(offered).size).toBe(offered.length);
  });

  it('counts a slice once that is finished twice, at once or later', async () => {
    let last: Finished | undefined;
    const { tally, left, reported } = await run({
      play(_, id, result) {
        const again = last === undefined ? [] : [last];
        last = { id, result };
        return [...again, last, last];
      },
    });
    expect([tally.sum('executions'), left > 3]).toEqual([1000, false]);
    expect(new Set(reported.map(({ key }) => key)).size).toBe(reported.length);
  });

  it('gives each station one slice if the strategy is a search, which keeps its place only there', async () => {
    const { offered, tally } = await run({ strategy: 'dfs:1', executions: 1_000_000, play: (job, id, result) => [{ id, result: job.shrink ? result : resultText('host', { ...playSlice(job as unknown as Slice), failures: [], seen: {} }) }] });
    expect(offered.length).toBe(NAMES.length);
    expect(tally.sum('executions')).toBe(20_000 * NAMES.length);
  });

  it('tells workers the memory model of each slice', async () => {
    const memories = new Set<Memory | undefined>();
    const { tally, refused } = await run({
      memories: ['sc', 'tso', 'js'],
      play(job, id, result) {
        memories.add(job.station.memory);
        return [{ id, result }];
      },
    });
    expect([memories, refused]).toEqual([new Set([undefined, 'tso', 'js']), []]);
    expect((['sc', 'tso', 'js'] as const).map((memory) => tally.executionsUnder(memory) > 0)).toEqual([true, true, true]);
  });

  it('forgets results of jobs that are not its own', async () => {
    const { tally, refused } = await run({ play: (_, id, result) => [{ id: 'ffffffffffffffff', result }, { id, result }] });
    expect([tally.sum('executions'), refused]).toEqual([1000, []]);
  });

  it('sets a slice aside whose result is none, and says so', async () => {
    let isFirst = true;
    const { tally, refused } = await run({
      play(_, id, result) {
        const isHostile = isFirst;
        isFirst = false;
        return [{ id, result: isHostile ? '{"__proto__":{"polluted":1}}' : result }];
      },
    });
    expect(tally.sum('executions')).toBe(800);
    expect(refused).toEqual([expect.stringMatching(/^mark-bits from seed 1 on: the result is broken: /)]);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('offers slices whose workers died once more, one at a time, and sets aside that which kills them again', async () => {
    const deaths = new Map<string, number>();
    let poison = '';
    const { tally, refused, offered } = await run({
      play(job, id, result) {
        const isPoison = job.station.scenario === 'pacing' && job.seed === 1 && !job.shrink;
        if (isPoison) poison = id;
        // Beside the poison, the first slice of the other scenario died, too, the first time.
        const dies = isPoison || (job.seed === 1 && !job.shrink && !deaths.has(id));
        if (!dies) return [{ id, result }];
        deaths.set(id, (deaths.get(id) ?? 0) + 1);
        return [{ id, poison: 'job stalled more than allowable limit', died: true }];
      },
    });
    expect(tally.sum('executions')).toBe(800);
    expect(refused).toEqual(['pacing from seed 1 on: job stalled more than allowable limit']);
    expect(offered.filter((id) => id === poison).length).toBe(2);
    expect(deaths.get(poison)).toBe(2);
  });

  it('tries again while the queue can\'t be reached, and says so by the code alone', async () => {
    const { tally, trouble } = await run({ away: 2 });
    expect(tally.sum('executions')).toBe(1000);
    expect(trouble).toEqual(['the connection was cut (ECONNRESET)', undefined]);
  });

  it('ends at once when another has taken over', async () => {
    await expect(run({ play: () => [], lost: Promise.reject(new QueueTaken('host', 7)) })).rejects.toThrow('process 7 on host already leads this queue');
  });

  it('names each job by what it does', async () => {
    const names: [string, string][] = [];
    await run({ play(job, id, result) { names.push([id, jobId(job)]); return [{ id, result }]; } });
    for (const [id, name] of names) expect(id).toBe(name);
  });
});
