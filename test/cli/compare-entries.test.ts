import { describe, expect, it } from 'vitest';
import { COMPARED_FLAGS, parseEntries } from '../../src/cli/compare-entries.ts';

describe('--collectors', () => {
  it('takes names with options, each entry once', () => {
    expect(parseEntries('refword,concurrent:barrier=hybrid:stacks=once,refword,parallel:gogc=off:policy=tuned')).toEqual([
      { label: 'refword', collector: 'refword', options: {} },
      { label: 'concurrent:barrier=hybrid:stacks=once', collector: 'concurrent', options: { barrier: 'hybrid', stacks: 'once' } },
      { label: 'parallel:gogc=off:policy=tuned', collector: 'parallel', options: { gogc: 'off', policy: 'tuned' } },
    ]);
  });

  it.each([
    ['concurent', "--collectors knows no 'concurent'; did you mean concurrent?"],
    ['', "--collectors knows no ''; there are "],
    ['concurrent:barier=hybrid', "'concurrent:barier=hybrid' of --collectors has an unknown option 'barier'; did you mean barrier?"],
    ['concurrent:barrier=x', "barrier in 'concurrent:barrier=x' of --collectors must be "],
    ['parallel:verify', "has an unknown option 'verify'"],
  ])('refuses %s', (text, message) => {
    expect(() => parseEntries(text)).toThrow(message);
  });

  it('leaves out what would spoil a measurement', () => {
    expect(COMPARED_FLAGS).toContain('procs');
    for (const name of ['verify', 'heapdump', 'gctrace', 'collector']) expect(COMPARED_FLAGS).not.toContain(name);
  });
});
