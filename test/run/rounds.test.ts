/** A round depends on the seed and its number alone, and stays within the bounds of its workload. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandOf } from '../../src/cli/round-command.ts';
import { drawRound, type Choices } from '../../src/run/rounds.ts';
import { workloadOf } from '../cli/fakes.ts';

const workload = workloadOf('churn', {
  count: { default: 10_000_000, min: 1, max: 2_000_000_000, help: '' },
  threads: { default: 1, min: 1, max: 256, help: '' },
  depth: { default: 12, min: 6, max: 24, help: '' },
  flag: { default: 0, min: 0, max: 1, help: '' },
});
const choices: Choices = { workloads: [{ spec: './my churn.mjs', workload }], maxProcs: 4 };
const rounds = Array.from({ length: 500 }, (_, i) => drawRound(1, i, choices));

describe('rounds', () => {
  it('are the same for the same seed', () => {
    expect(rounds.slice(0, 5)).toEqual([0, 1, 2, 3, 4].map((i) => drawRound(1, i, choices)));
    expect(drawRound(2, 0, choices)).not.toEqual(rounds[0]);
  });

  it('stay within the bounds', () => {
    fc.assert(fc.property(fc.nat(), fc.nat(1e6), (seed, i) => {
      const round = drawRound(seed, i, choices);
      for (const [name, value] of Object.entries(round.params)) {
        expect(Number.isInteger(value)).toBe(true);
        expect(value).toBeGreaterThanOrEqual(workload.params[name].min);
        expect(value).toBeLessThanOrEqual(Math.max(8, workload.params[name].default));
      }
      expect(round.procs).toBeGreaterThanOrEqual(1);
      expect(round.procs).toBeLessThanOrEqual(4);
    }));
  });

  it('reach both ends of the ranges that they draw from', () => {
    const seen = <T>(value: (round: (typeof rounds)[number]) => T) => new Set(rounds.map(value));
    expect([...seen(({ procs }) => procs)].sort()).toEqual([1, 2, 3, 4]);
    expect([...seen(({ gogc }) => gogc)]).toEqual(expect.arrayContaining([1, 'off', 200]));
    expect([...seen(({ params }) => params.threads)]).toEqual(expect.arrayContaining([1, 8]));
    expect([...seen(({ params }) => params.depth)]).toEqual(expect.arrayContaining([6, 12]));
    expect([...seen(({ params }) => params.flag)].sort()).toEqual([0, 1]);
    expect(Math.max(...seen(({ params }) => params.count))).toBeGreaterThan(1e6);
    expect(Math.min(...seen(({ params }) => params.count))).toBeLessThan(100);
  });

  it('have the collector that was chosen, with a mark loop that it can use, and are the same otherwise', () => {
    const collector = { collector: 'bitmap' } as const;
    const others = rounds.map((_, i) => drawRound(1, i, { ...choices, collector }));
    expect(others.every((round) => round.policy === 'go1.3' && round.collector === collector)).toBe(true);
    expect(others.map(({ seed, params }) => [seed, params])).toEqual(rounds.map(({ seed, params }) => [seed, params]));
    const concurrent = drawRound(1, 3, { ...choices, collector: { collector: 'concurrent', barrier: 'hybrid', stacks: 'once' } });
    expect(concurrent).toMatchObject(rounds[3]);
    expect(commandOf(concurrent)).toContain(' --collector concurrent --barrier hybrid --stacks once ');
  });

  it('can be repeated by a command that a shell understands', () => {
    expect(commandOf({ workload: './my churn.mjs', seed: 7, procs: 3, gogc: 'off', policy: 'lab', tuning: { mark: 'byte', split: 16 }, goarch: 'amd64', gcEvery: 30, params: { count: 5, ring: 2 } })).toBe(
      "sweepgen run './my churn.mjs' --seed 7 --procs 3 --gogc off --policy lab --mark byte --split 16 --goarch amd64 --gc-every 30 --set count=5 --set ring=2 --verify",
    );
  });
});
