/** Profiles of a program whose true figures are known, as pprof and people read them. */
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { describe, expect, it } from 'vitest';
import { link } from '../../src/runtime/boot.ts';
import { formatHeapProfile } from '../../src/report/heap-text.ts';
import { readMemProfile, type MemProfile } from '../../src/inspect/memprofile.ts';
import { pprofOf, scaleOf } from '../../src/report/pprof.ts';
import { churn } from '../../src/workloads/churn.ts';
import { list } from '../../src/workloads/graphs/list.ts';
import { sites, sitesTruth } from '../../src/workloads/sites.ts';
import type { Params, Workload } from '../../src/workloads/workload.ts';
import { memstats } from '../cli/fakes.ts';
import { runOnOneP, type MachineOptions } from '../support/machine.ts';

function profileOf(workload: Workload, params: Params, options: MachineOptions): MemProfile {
  const { m } = runOnOneP(workload, params, options);
  return readMemProfile(m, { text: link(workload.steps), workload: workload.name, file: 'module.mjs' });
}

interface Decoded {
  readonly types: readonly string[];
  readonly period: string;
  readonly defaultType: string;
  readonly samples: readonly { readonly path: string; readonly values: readonly number[]; readonly bytes: number }[];
}

function decode(profile: MemProfile): Decoded {
  const p = Profile.decode(gunzipSync(pprofOf(profile, 1_700_000_000_000)));
  const text = (i: number | bigint) => p.stringTable.strings[Number(i)];
  const functions = new Map(p.function.map(({ id, name }) => [Number(id), text(name)]));
  const locations = new Map(p.location.map(({ id, line }) => [Number(id), functions.get(Number(line[0].functionId))]));
  return {
    types: p.sampleType.map(({ type, unit }) => `${text(type)}/${text(unit)}`),
    period: `${text(p.periodType!.type)}/${text(p.periodType!.unit)} ${p.period}`,
    defaultType: text(p.defaultSampleType),
    samples: p.sample.map(({ locationId, value, label }) => ({
      path: locationId.map((id) => locations.get(Number(id))).reverse().join(' > '),
      values: value.map(Number),
      bytes: Number(label[0].num),
    })),
  };
}

/** What the samples should come to, by path. */
function truth(params: Params): Map<string, number[]> {
  return new Map(
    sitesTruth(params).map(({ path, bytes, allocObjects, inuseObjects }) => [
      path.map((step) => `sites.${step}`).join(' > '),
      [allocObjects, allocObjects * bytes, inuseObjects, inuseObjects * bytes],
    ]),
  );
}

function total(all: Iterable<readonly number[]>): number[] {
  return [...all].reduce<number[]>((sum, values) => values.map((value, i) => value + (sum[i] ?? 0)), []);
}

describe('a profile of every block', () => {
  it('is exact, path by path, whether or not blocks have been collected', () => {
    const params = { count: 20_000, threads: 2 };
    for (const gogc of [5, 100, -1]) {
      const { types, period, defaultType, samples } = decode(profileOf(sites, params, { memprofileRate: 1, gogc }));
      expect(types).toEqual(['alloc_objects/count', 'alloc_space/bytes', 'inuse_objects/count', 'inuse_space/bytes']);
      expect([period, defaultType]).toEqual(['space/bytes 1', 'inuse_space']);
      if (gogc === -1) expect(samples.map(({ values }) => values[2]).sort()).toEqual([...truth(params).values()].map((values) => values[2]).sort());
      expect(new Map(samples.map(({ path, values }) => [path, values]))).toEqual(truth(params));
    }
  });

  it('gives a name of its own to what was built before the program runs', () => {
    const { samples } = decode(profileOf(list, { count: 1000 }, { memprofileRate: 1 }));
    expect(new Set(samples.map(({ path }) => path))).toEqual(new Set(['runtime.build']));
  });

  it('has every sample of a program that was never collected', () => {
    const { samples } = decode(profileOf(churn, { count: 5000, ring: 10 }, { memprofileRate: 1, gogc: -1 }));
    expect(samples.find(({ path }) => path === 'churn.fill')?.values).toEqual([5000, 160_000, 5000, 160_000]);
  });
});

describe('a sampled profile', () => {
  it('estimates each figure, in all and of each path, within 5 %', () => {
    const params = { count: 2_000_000, threads: 1 };
    const expected = truth(params);
    const { samples, period } = decode(profileOf(sites, params, { memprofileRate: 4096, seed: 7 }));
    expect(period).toBe('space/bytes 4096');
    expect(samples.map(({ path }) => path).sort()).toEqual([...expected.keys()].sort());
    function expectNear(what: string, values: readonly number[], right: readonly number[]): void {
      values.forEach((value, i) => {
        if (right[i] === 0) expect(value, what).toBe(0);
        else expect(Math.abs(value / right[i] - 1), `${what}, value ${i}: ${value} for ${right[i]}`).toBeLessThan(0.05);
      });
    }
    expectNear('in all', total(samples.map(({ values }) => values)), total(expected.values()));
    for (const { path, values } of samples) expectNear(path, values, expected.get(path)!);
  });

  it('scales each sample as pprof does', () => {
    expect([scaleOf(100, 1), scaleOf(100, 0)]).toEqual([1, 1]);
    expect(scaleOf(16, 512 << 10)).toBeCloseTo(32_768.5, 1);
    expect(scaleOf(512 << 10, 512 << 10)).toBeCloseTo(1 / (1 - Math.exp(-1)), 12);
  });

  it("is printed in Go's form: in-use first, the rate twice, stacks, then MemStats", () => {
    const stack = [{ address: 0x4010d0, name: 'a.leaf', file: 'a.mjs' }, { address: 0x401090, name: 'a.root', file: 'a.mjs' }];
    const records = [
      { bytes: 64, allocs: 10, frees: 4, stack },
      { bytes: 16, allocs: 3, frees: 3, stack: stack.slice(1) },
    ];
    const lines = formatHeapProfile({ rate: 4096, records }, memstats);
    expect(lines.slice(0, 11)).toEqual([
      'heap profile: 6: 384 [13: 688] @ heap/8192',
      '6: 384 [10: 640] @ 0x4010d0 0x401090',
      '#\t0x4010d0\ta.leaf+0x0\ta.mjs:0',
      '#\t0x401090\ta.root+0x0\ta.mjs:0',
      '',
      '0: 0 [3: 48] @ 0x401090',
      '#\t0x401090\ta.root+0x0\ta.mjs:0',
      '',
      '',
      '# runtime.MemStats',
      `# Alloc = ${memstats.Alloc}`,
    ]);
    expect(lines).toContain(`# BuckHashSys = ${memstats.BuckHashSys}`);
    expect(lines.at(-1)).toBe('# DebugGC = false');
  });
});
