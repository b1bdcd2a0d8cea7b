import { describe, expect, it } from 'vitest';
import { placeThreads } from '../../src/model/placement.ts';
import { Translations } from '../../src/model/translations.ts';

const TLB = { pageBytes: 4096, ways: 2, entries: 2, second: 4, secondNs: 3, walkNs: 20 };
/** The first line of a page. */
const page = (n: number) => n * 64;
const make = (cores = 1, walkers?: number) => new Translations({ ...TLB, walkers }, placeThreads({ cores }, cores));

describe('translations', () => {
  it('take a walk for a page of which neither TLB knows, and nothing after that', () => {
    const translations = make();
    expect(translations.latency(0, page(5), 100)).toBe(20);
    expect(translations.latency(0, page(5) + 63, 200)).toBe(0);
    expect(translations.latency(0, page(6), 300)).toBe(20);
  });

  it('take the time of the second TLB for a page that the first has lost', () => {
    const translations = make();
    for (const n of [1, 2, 3]) translations.latency(0, page(n), 1000 * n);
    expect(translations.latency(0, page(1), 9000)).toBe(3);
  });

  it('walk once at a time on a core, and at once on two', () => {
    const translations = make(2);
    expect([0, 0, 1].map((core, i) => translations.latency(core, page(10 + i), 0))).toEqual([20, 40, 20]);
  });

  it('walk as many times at once as there are walkers', () => {
    const translations = make(1, 2);
    expect([0, 0, 0, 0].map((core, i) => translations.latency(core, page(10 + i), 0))).toEqual([20, 20, 40, 40]);
    // A walker that has been idle begins at once.
    expect(translations.latency(0, page(20), 100)).toBe(20);
  });
});
