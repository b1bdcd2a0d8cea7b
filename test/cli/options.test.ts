/** Parsers of the command line: the values that they take, and the sentences that refuse others. */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/fatal.ts';
import { paramsFor } from '../../src/cli/find-workload.ts';
import { parserOf } from '../../src/cli/machine-flags.ts';
import { collectSetting, parseDrawSeed, parseSeconds, parseSeed } from '../../src/cli/options.ts';
import { parseThreadCounts } from '../../src/cli/thread-counts.ts';
import type { TextKind } from '../../src/run/kinds.ts';
import { MACHINE_OPTIONS } from '../../src/run/machine-options.ts';
import { workloadOf } from './fakes.ts';

const parseProcs = parserOf(MACHINE_OPTIONS.procs.kind as TextKind<number>, '--procs');
const parseGogc = parserOf(MACHINE_OPTIONS.gogc.kind as TextKind<number | 'off'>, '--gogc');
const parseArena = parserOf(MACHINE_OPTIONS.arena.kind as TextKind<number>, '--arena');

const refuses = (parse: (text: string) => unknown, texts: readonly string[], sentence: string) => {
  for (const text of texts) {
    expect(() => parse(text), text).toThrow(UsageError);
    expect(() => parse(text), text).toThrow(sentence);
  }
};

describe('options', () => {
  it('takes 1 to 64 Ps', () => {
    expect([parseProcs('1'), parseProcs('64')]).toEqual([1, 64]);
    refuses(parseProcs, ['0', '65', '-1', '1.5', 'two', '', '1e3', '999999999999999999999'], '--procs must be a whole number from 1 to 64, not ');
  });

  it('takes lists of thread counts, in ascending order and each once', () => {
    expect(parseThreadCounts('4, 1,2,2')).toEqual([1, 2, 4]);
    refuses(parseThreadCounts, ['', '1,,2', '0', '33', '1;2'], 'each number in --procs must be a whole number from 1 to 32');
  });

  it('takes GOGC as a percentage or off', () => {
    expect([parseGogc('off'), parseGogc('0'), parseGogc('100')]).toEqual(['off', 0, 100]);
    refuses(parseGogc, ['-1', 'on', '100%', '100001'], "--gogc, unless it is 'off', must be");
  });

  it('takes sizes of the arena in bytes, K, M and G', () => {
    const sizes = ['65536', '512K', '64M', '64m', '64MB', '64MiB', '1.5G', '3.9G'];
    expect(sizes.map(parseArena)).toEqual([65536, 524288, 67108864, 67108864, 67108864, 67108864, 1610612736, 4187593113]);
    refuses(parseArena, ['', 'big', '64X', '-1M', '64 M B', '1e9', 'NaN'], '--arena must be a size such as 64M');
    refuses(parseArena, ['0', '1', '63K'], 'too small: nothing runs in less than 64K');
    refuses(parseArena, ['8G', '4T', '8589934592', '9'.repeat(400)], 'the arena must be smaller than 8G');
  });

  it('takes seeds of 32 bits, and 0 where nothing is drawn from it directly', () => {
    expect([parseSeed('0'), parseSeed('4294967295')]).toEqual([0, 4294967295]);
    refuses(parseSeed, ['-1', '4294967296', 'x'], '--seed must be');
    refuses(parseDrawSeed, ['0'], '--seed must be a whole number from 1 to');
  });

  it('takes times in seconds, minutes and hours', () => {
    expect(['30', '1.5', '90s', '5m', '1h'].map(parseSeconds)).toEqual([30, 1.5, 90, 300, 3600]);
    refuses(parseSeconds, ['0', '-1', 'soon', '1d', '721h'], '--seconds must be a time such as');
  });
});

describe('--set', () => {
  const workload = workloadOf('churn', {
    count: { default: 10, min: 1, max: 100, help: '' },
    ring: { default: 5, min: 0, max: 50, help: '' },
  });

  it('replaces defaults, the last one counting', () => {
    const settings = collectSetting('count=1e2', collectSetting('count=7'));
    expect(paramsFor(workload, settings)).toEqual({ count: 100, ring: 5 });
  });

  it('needs a name and a number', () => {
    refuses((text) => collectSetting(text), ['count', 'count=', '=1', 'count=many', 'count=Infinity', '7=7'], '--set needs a name and a number');
  });

  it('refuses names that the workload lacks, and says which it may have meant', () => {
    expect(() => paramsFor(workload, [['cuont', 1]])).toThrow("workload churn has no 'cuont' to --set; did you mean count?");
    expect(() => paramsFor(workload, [['somethingelse', 1]])).toThrow('; there are count and ring');
    expect(() => paramsFor(workload, [['constructor', 1]])).toThrow('no \'constructor\'');
    expect(() => paramsFor(workloadOf('plain'), [['x', 1]])).toThrow('plain has no params, so x can\'t be set');
  });

  it('refuses values outside the bounds', () => {
    for (const value of [0, 101, 1.5]) {
      expect(() => paramsFor(workload, [['count', value]])).toThrow(/^churn: count must be .*1 to 100, not/);
    }
  });
});
