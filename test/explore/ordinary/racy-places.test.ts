import { describe, expect, it } from 'vitest';
import { racySites } from '../../../src/explore/ordinary/racy-places.ts';
import type { Site } from '../../../src/rewrite/sites.ts';

const site = (file: string, line: number, fn: string): Site => ({ file, line, column: 1, fn, kind: 'load', text: 'a[0]' });
const SITES = [site('src/lib/seqlock.ts', 7, 'Seqlock.read'), site('src/lib/seqlock.ts', 9, 'write'), site('src/app.ts', 7, 'read')];

describe('the places of intended races', () => {
  it.each([
    [undefined, [0, 0, 0]],
    [true, [1, 1, 1]],
    [['read'], [1, 0, 1]],
    [['Seqlock.read'], [1, 0, 0]],
    [['seqlock.ts'], [1, 1, 0]],
    [['lib/seqlock.ts:9', 'app.ts:7'], [0, 1, 1]],
  ] as const)('%j', (racy, expected) => {
    expect([...racySites('a.ts', racy, SITES)]).toEqual(expected);
  });

  it('are refused where nothing accesses shared memory', () => {
    expect(() => racySites('a.ts', ['seqlok.ts'], SITES)).toThrow("a.ts is no scenario: its racy names 'seqlok.ts', where nothing accesses shared memory; did you mean seqlock.ts?");
    expect(() => racySites('a.ts', ['seqlock.ts:8'], SITES)).toThrow("its racy names 'seqlock.ts:8'");
  });
});
