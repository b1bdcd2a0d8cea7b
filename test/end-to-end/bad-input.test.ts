/** Bad input ends with the documented exit code and one sentence. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sweepgen } from '../support/in-process.ts';

const MODULES = './test/fixtures/workloads';

describe('bad input ends with exit code 2 and one sentence', () => {
  const snapshot = join(mkdtempSync(join(tmpdir(), 'sweepgen-')), 'broken.heapsnapshot');
  writeFileSync(snapshot, '{"snapshot":{"meta":{"node_fields":["type"');

  it.each([
    ['an unknown workload', ['run', 'chrun'], /churn/],
    ['an unknown option', ['run', '--prcs', '2'], /--procs/],
    ['no Ps', ['run', '--procs', '0'], /--procs/],
    ['an absurd number of Ps', ['run', '--procs', '1000000'], /1 to 64/],
    ['an arena that is too small', ['run', '--arena', '1K'], /too small/],
    ['an arena that is too large', ['run', '--arena', '7.9G'], /largest/],
    ['an older collector with the tuned mark loop', ['run', '--collector', 'bitmap', '--policy', 'tuned'], /bitmap.*leave --policy tuned out/],
    ['an older collector with types', ['run', '--collector', 'refword', '--types', 'mtypes'], /refword.*leave --types mtypes out/],
    ['an unknown param', ['run', 'churn', '--set', 'cuont=3'], /count/],
    ['a snapshot that is cut off', ['scale', snapshot], /broken\.heapsnapshot/],
    ['a snapshot that is not there', ['scale', './nowhere.heapsnapshot'], /nowhere/],
    ['a module that is not there', ['run', './nowhere.mjs'], /nowhere/],
    ['a module whose step throws', ['run', `${MODULES}/throws.mjs`], /workload throws threw at \.\/test\/fixtures\/workloads\/throws\.mjs:6 \(steps\): no such thing/],
    ['a module whose step calls process.exit', ['run', `${MODULES}/exits.mjs`], /workload exits called process\.exit\(7\) at \.\/test\/fixtures\/workloads\/exits\.mjs:\d+/],
  ])('%s', async (_, words, says) => {
    const { code, out, err } = await sweepgen(words);
    expect(code).toBe(2);
    expect(err).toMatch(says);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(out).toBe('');
  });

  it('a module whose step never returns', async () => {
    const { code, err } = await sweepgen(['run', `${MODULES}/never-returns.mjs`, '--hang-seconds', '2']);
    expect(code).toBe(2);
    expect(err).toMatch(/step 0 of goroutine 1 has not returned for 2 s/);
  });
});

describe('a full arena ends with exit code 3', () => {
  it('and the state of the heap', async () => {
    const { code, err } = await sweepgen(['run', `${MODULES}/hoards.mjs`, '--arena', '1M', '--procs', '2']);
    expect(code).toBe(3);
    expect(err).toMatch(/runtime: out of memory: cannot allocate 1024-byte block/);
  });
});

describe('a machine that is lost ends with exit code 4', () => {
  it('when every goroutine sleeps', async () => {
    const { code, err } = await sweepgen(['run', `${MODULES}/all-asleep.mjs`, '--procs', '2']);
    expect(code).toBe(4);
    expect(err).toMatch(/all goroutines are asleep/);
    expect(err).toMatch(/goroutine 1 waiting/);
  });
});
