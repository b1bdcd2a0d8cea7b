/** Each kind of error has its exit code, and a message that explains it. */
import { describe, expect, it } from 'vitest';
import { EXIT, Fatal, UsageError } from '../../src/base/fatal.ts';
import { HeapBroken, MachineStuck, Stopped, WorkloadError } from '../../src/run/errors.ts';
import { HeapFormatError } from '../../src/workloads/heaps/format-error.ts';
import { describeError } from '../../src/cli/errors.ts';

describe('an error', () => {
  it.each([
    ['a broken invariant', new Fatal('X', {}, EXIT.invariant), 1],
    ['a broken heap', new HeapBroken('X', ['y']), 1],
    ['a bad command line', new UsageError('x'), 2],
    ['a bad heap file', new HeapFormatError('f', 'x'), 2],
    ['a bad workload', new WorkloadError('x'), 2],
    ['a full arena', new Fatal('OUT_OF_MEMORY', { what: 'arena' }, EXIT.memory), 3],
    ['a dead worker', new MachineStuck('x', 'y'), 4],
    ['an interruption', new Stopped(), 130],
    ['a foreign error with a code', Object.assign(new Error('x'), { exitCode: 4 }), 4],
    ['a code that is none', Object.assign(new Error('x'), { exitCode: 0 }), 1],
    ['an unexpected error', new TypeError('x'), 1],
    ['something that is no error', 'x', 1],
    ['nothing', undefined, 1],
  ])('%s has its exit code', (_, error, code) => {
    expect(describeError(error).exitCode).toBe(code);
  });

  it('of usage is one sentence', () => {
    expect(describeError(new HeapFormatError('a.heapsnapshot', 'ends in the middle of nodes')).lines).toEqual([
      'a.heapsnapshot: ends in the middle of nodes',
    ]);
  });

  it('of an invariant lists the facts', () => {
    expect(describeError(new Fatal('SPAN_DOUBLE_SWEEP', { span: 12, gen: 4 }, EXIT.invariant)).lines).toEqual([
      'an invariant of the collector is broken: SPAN_DOUBLE_SWEEP', '  span = 12', '  gen = 4',
    ]);
  });

  it('of the oracle lists its findings, up to ten', () => {
    const problems = Array.from({ length: 12 }, (_, i) => `LOST_OBJECT: object ${i}`);
    const { lines } = describeError(new HeapBroken('LOST_OBJECT', problems));
    expect([lines[0], lines[1], lines.length, lines[11]]).toEqual([
      'the heap is broken: LOST_OBJECT', '  LOST_OBJECT: object 0', 12, '  and 2 more',
    ]);
  });

  it('of a full arena says it as Go does, with the state of the heap', () => {
    const full = new Fatal('OUT_OF_MEMORY', { what: 'arena', size: 4096, arenaBytes: 64 << 20, mostArenaBytes: 2 ** 31, inuseBytes: 63 << 20, liveBytes: 60 << 20 }, EXIT.memory);
    expect(describeError(full).lines).toEqual([
      'runtime: out of memory: cannot allocate 4096-byte block (66060288 in use)',
      '  the arena has 64.0 MB: 63.0 MB of it in spans in use, with 60.0 MB of objects',
      '  give it more with --arena 128M, or collect sooner with a lower --gogc',
    ]);
    const adviceAt = (arenaBytes: number, size: number): string | undefined =>
      describeError(new Fatal('OUT_OF_MEMORY', { what: 'arena', size, arenaBytes, mostArenaBytes: 1536 * 2 ** 20, inuseBytes: 0, liveBytes: 0 }, EXIT.memory)).lines.at(-1);
    // The advice names no arena that is impossible or too small.
    expect(adviceAt(1 << 30, 4096)).toBe('  give it more with --arena 1536M, or collect sooner with a lower --gogc');
    expect(adviceAt(1536 * 2 ** 20, 4096)).toBe('  collect sooner with a lower --gogc');
    expect(adviceAt(64 << 20, 3 * 2 ** 30)).toBe('  no arena can hold it: the largest that this machine can have is 1.50 GB');
    const workbufs = new Fatal('OUT_OF_MEMORY', { what: 'workbufs', workbufs: 64 }, EXIT.memory);
    expect(describeError(workbufs).lines).toEqual(['runtime: out of memory: no room for more workbufs (workbufs = 64)']);
  });

  it.each<[string, number, number, number, string]>([
    ['twice as much', 64, 2 ** 12, 2048, 'give it more with --arena 128M, or collect sooner with a lower --gogc'],
    ['as much as there can be', 2000, 2 ** 12, 2987, 'give it more with --arena 2987M, or collect sooner with a lower --gogc'],
    ['no size where there is no larger one', 2987, 2 ** 12, 2987, 'collect sooner with a lower --gogc'],
    ['no size where none is known', 64, 2 ** 12, 0, 'collect sooner with a lower --gogc'],
    ['nothing for what no arena holds', 64, 2 ** 32, 2987, 'no arena can hold it: the largest that this machine can have is 2.92 GB'],
  ])('of a full arena advises %s', (_, arena, size, most, advised) => {
    const full = new Fatal('OUT_OF_MEMORY', { what: 'arena', size, arenaBytes: arena * 2 ** 20, inuseBytes: 0, liveBytes: 0, ...(most === 0 ? {} : { mostArenaBytes: most * 2 ** 20 }) }, EXIT.memory);
    expect(describeError(full).lines.at(-1)).toBe(`  ${advised}`);
  });

  it('of a hang shows every P', () => {
    expect(describeError(new MachineStuck('nothing has moved for 20 s', 'P0 marks\nP1 waits\n')).lines).toEqual([
      'nothing has moved for 20 s', 'P0 marks', 'P1 waits',
    ]);
  });

  it('of an unexpected kind is called a mistake in sweepgen, and shows its stack with --debug', () => {
    const error = new TypeError('x is undefined');
    expect(describeError(error).lines).toEqual(['x is undefined', 'this is a mistake in sweepgen itself; --debug shows where']);
    expect(describeError(error, true).lines.join('\n')).toContain('errors.test.ts');
  });
});
