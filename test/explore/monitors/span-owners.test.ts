/** A span has one owner at a time; the monitor catches any other thread. */
import { describe, expect, it } from 'vitest';
import { MUTANTS } from '../../../src/mutants/catalog.ts';
import { bug, facts } from './watch.ts';

const known = (name: string) => MUTANTS.find((each) => each.name === name)!;

describe('a span', () => {
  it('is changed by its sweeper only, until it is published as swept', async () => {
    const [fact, ...where] = await facts(known('sweep-publishes-early'), 'sweep-refill', 'span-owners');
    expect(fact).toMatch(/^SPAN_OF_(NOBODY|ANOTHER): thread \d writes span \d+ (freelist|nalloc), /);
    expect(where.join('\n')).toContain('src/malloc/mcentral-free.ts');
  });

  it('is swept by one thread', async () => {
    const both = bug(
      'src/malloc/sweep.ts',
      'return Atomics.compareExchange(m, s + XSWEEPGEN, (sg - 2) | 0, (sg - 1) | 0) === ((sg - 2) | 0);',
      'return Atomics.exchange(m, s + XSWEEPGEN, (sg - 1) | 0) === ((sg - 2) | 0) || true;',
    );
    expect((await facts(both, 'sweep-refill', 'span-owners'))[0]).toMatch(/^SPAN_(OF_NOBODY|OF_ANOTHER|PUBLISHED_BY_ANOTHER|CLAIMED_TWICE): /);
  });

  it('is cached by one thread', async () => {
    const kept = bug('src/malloc/mcentral.ts', '    if (s !== 0) {\n      takeSpanLocked(m, c, s);', '    if (s !== 0) {\n      unlock(m, mp, c);\n      lock(m, mp, c);\n      takeSpanLocked(m, c, s);');
    expect((await facts(kept, 'sweep-refill', 'span-owners'))[0]).toMatch(/^SPAN_CACHED_TWICE: thread \d caches span \d+, which is in the cache of thread \d/);
  });

  it('is published as swept before its sweeper leaves', async () => {
    const silent = bug('src/malloc/sweep.ts', 'export function publishSwept(m: Mem, s: SpanRef): void {', 'export function publishSwept(m: Mem, s: SpanRef): void {\n  if (m[s + SIZECLASS] !== 0) return;');
    expect((await facts(silent, 'sweep-refill', 'span-owners'))[0]).toMatch(/^SPAN_LEFT_UNSWEPT: thread \d has finished without publishing span \d+ as swept$/);
  });
});
