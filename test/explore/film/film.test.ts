/** What the film of an execution holds: words by name, call paths, locks and waits. */
import { describe, expect, it } from 'vitest';
import { record, recordStrategy, type Recording } from '../../../src/explore/failures/recording.ts';
import { film, type Film } from '../../../src/explore/film/film.ts';
import { WAIT } from '../../../src/explore/film/waits.ts';
import { loadScenario } from '../../../src/explore/load-scenario.ts';
import { settingOf } from '../../../src/explore/scenarios/scenario.ts';
import { makeStrategy } from '../../../src/explore/strategies/catalog.ts';
import { ACCESS, type Site } from '../../../src/rewrite/sites.ts';
import { Verifier } from '../../../src/verify/verifier.ts';

async function filmOf(name: string, seed: number): Promise<{ readonly filmed: Film; readonly recording: Recording; readonly sites: readonly Site[] }> {
  const { core, sites, scenario } = await loadScenario(name, true);
  const setting = settingOf(scenario);
  const ground = { core, scenario, makeOracle: (m: Int32Array) => new Verifier(m) };
  const recording = recordStrategy(ground, setting, makeStrategy('pos'), seed);
  return { filmed: film(ground, setting, sites, recording), recording, sites };
}

/** The calls of a row, outermost first, as the functions that contain them. */
function callsOf({ paths }: Film, row: number, sites: readonly Site[]): string[] {
  const found: string[] = [];
  for (let at = row; at >= 0; at = paths.parent[at]) found.unshift(sites[paths.site[at]].fn);
  return found;
}

describe('the film of an execution', () => {
  it('names the word of each access, and the calls around it', async () => {
    const { filmed, recording: { trace }, sites } = await filmOf('mark-bits', 3);
    expect(filmed.wordAt).toHaveLength(trace.length);
    expect(filmed.pathAt).toHaveLength(trace.length);
    const step = Array.from({ length: trace.length }, (_, i) => i).find((i) => sites[trace.siteAt(i)].file === 'src/sync/parfor.ts')!;
    expect(filmed.words.name[filmed.wordAt[step]]).toMatch(/^parfor\./);
    expect(filmed.words.at[filmed.wordAt[step]]).toBe(trace.at(step).index);
    expect(callsOf(filmed, filmed.pathAt[step], sites).slice(0, 2)).toEqual(['markBits', 'markWithOthers']);
  });

  it('repeats the execution: each thread has its accesses, and is seen to end after the last', async () => {
    const { recording } = await filmOf('locks', 5);
    const { trace, ended, names } = recording;
    expect(recording.outcome.verdict).toBe('ok');
    for (const thread of names.keys()) {
      const last = Array.from({ length: trace.length }, (_, i) => i).findLast((i) => trace.threadAt(i) === thread)!;
      expect(ended[thread]).toBeGreaterThan(last);
      expect(ended[thread]).toBeLessThanOrEqual(trace.length);
    }
  });

  it('has a lock held by one thread at a time, from its taking to its release', async () => {
    const { filmed, recording: { trace } } = await filmOf('whole-cycle', 1);
    const holders = new Map<number, number>();
    for (const { step, holder, word } of filmed.locks) {
      const before = holders.get(word) ?? -1;
      expect(before >= 0).toBe(holder < 0);
      expect(trace.threadAt(step)).toBe(holder < 0 ? before : holder);
      holders.set(word, holder);
    }
    expect(filmed.locks.length).toBeGreaterThan(50);
    expect([...new Set(filmed.locks.map(({ word }) => filmed.words.name[word]))]).toContain('mheap.lock');
  });

  it('has each sleep with its end: another thread that woke it, or its own next access', async () => {
    const { filmed, recording: { trace } } = await filmOf('whole-cycle', 1);
    const asleep = new Map<number, number>();
    let woken = 0;
    for (const { step, thread, wait, word, by } of filmed.waits) {
      if (wait === WAIT.sleeps) {
        expect(trace.at(step)).toMatchObject({ thread, kind: ACCESS.wait, index: filmed.words.at[word] });
        asleep.set(thread, word);
      } else if (asleep.delete(thread)) {
        expect(trace.threadAt(step)).toBe(by < 0 ? thread : by);
        if (by >= 0) {
          expect(trace.at(step).kind).toBe(ACCESS.notify);
          woken++;
        }
      }
    }
    expect(woken).toBeGreaterThan(0);
    // Each sleep of the trace is a change.
    const sleeps = Array.from({ length: trace.length }, (_, i) => i).filter((i) => trace.at(i).kind === ACCESS.wait);
    expect(filmed.waits.filter(({ wait }) => wait === WAIT.sleeps).map(({ step }) => step)).toEqual(sleeps);
  });

  it('has a thread that finds a lock taken want it until it takes it', async () => {
    const { filmed } = await filmOf('locks', 1);
    const wants = filmed.waits.filter(({ wait }) => wait === WAIT.wants);
    expect(wants.length).toBeGreaterThan(0);
    for (const each of wants) {
      const taken = filmed.locks.find(({ step, holder, word }) => step > each.step && holder === each.thread && filmed.words.at[word] === filmed.words.at[each.word])!;
      const next = filmed.waits.findLast(({ step, thread }) => step <= taken.step && thread === each.thread)!;
      expect(next).toMatchObject({ step: taken.step, wait: WAIT.none });
    }
  });

  it('is the same for the preemptions that were recorded', async () => {
    const { core, sites, scenario } = await loadScenario('locks', true);
    const setting = settingOf(scenario);
    const ground = { core, scenario, makeOracle: (m: Int32Array) => new Verifier(m) };
    const first = recordStrategy(ground, setting, makeStrategy('random:16'), 9);
    const again = record(ground, setting, first.departures);
    expect(again.trace.length).toBe(first.trace.length);
    expect(film(ground, setting, sites, again).wordAt).toEqual(film(ground, setting, sites, first).wordAt);
  });
});
