/** Spans, workbufs and blocks have one owner at a time; the monitors catch any other thread. */
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

describe('a workbuf', () => {
  it('is popped by one thread', async () => {
    const stored = bug('src/sync/lfstack.ts', '    if (Atomics.compareExchange(m, stack, old, next) === old) return node;', '    Atomics.store(m, stack, next);\n    return node;');
    expect((await facts(stored, 'mark-bits', 'workbuf-owners'))[0]).toMatch(/^WORKBUF_OF_ANOTHER: thread \d touches workbuf \d+ \w+(\[\d+\])? of a workbuf that is on a stack$/);
  });

  it('is not touched once it is handed over', async () => {
    const late = bug('src/gc/work.ts', '  lfstackpush(m, FULL, b);\n  return b1;', '  lfstackpush(m, FULL, b);\n  m[b + NOBJ] = kept;\n  return b1;');
    expect((await facts(late, 'whole-cycle', 'workbuf-owners'))[0]).toMatch(/^WORKBUF_OF_ANOTHER: thread \d touches workbuf \d+ nobj of a workbuf that (is on a stack|thread \d owns)$/);
  });

  it('is pushed once', async () => {
    const twice = bug('src/gc/work.ts', '  lfstackpush(m, EMPTY, b);\n}', '  lfstackpush(m, EMPTY, b);\n  lfstackpush(m, EMPTY, b);\n}');
    expect((await facts(twice, 'mark-bits', 'workbuf-owners'))[0]).toMatch(/^(NODE_PUSHED_TWICE|NODE_OF_ANOTHER|WORKBUF_OF_ANOTHER): thread \d (pushes|touches) workbuf \d+ /);
  });

  it('is put back at the end', async () => {
    const kept = bug('src/gc/flush.ts', '    if (held !== 0) putempty(m, mp, held);\n    return false;', '    return false;');
    expect((await facts(kept, 'mark-bits', 'workbuf-owners'))[0]).toMatch(/^WORKBUF_KEPT: thread \d has finished and owns workbuf \d+/);
  });
});

describe('a block', () => {
  it('is not touched between being freed and handed out', async () => {
    const late = bug('src/explore/scenarios/programs/heap-operations.ts', '  free(m, mp, p);\n', '  free(m, mp, p);\n  m[p + 2] = 0;\n');
    expect((await facts(late, 'free-beside', 'quarantine'))[0]).toMatch(/^FREE_MEMORY_TOUCHED: thread \d writes span \d+ block \d+ word \d+, in a free (block|span)$/);
  });

  it('is handed out once', async () => {
    const again = bug('src/malloc/malloc.ts', '  m[s + FREELIST] = m[p];\n  m[s + NALLOC]++;\n  const bytes = m[s + ELEMSIZE];', '  if (m[mp] === 0 || m[s + NALLOC] !== 2) m[s + FREELIST] = m[p];\n  else m[s + FREELIST] = p;\n  m[s + NALLOC]++;\n  const bytes = m[s + ELEMSIZE];');
    expect((await facts(again, 'sweep-refill', 'quarantine'))[0]).toMatch(/^BLOCK_HANDED_OUT_TWICE: thread \d is handed block \d of span \d+, which is in use$/);
  });

  it('is freed once', async () => {
    const twice = bug('src/malloc/sweep.ts', '  markFreelist(m, s);\n  if (m[s + SPECIALS]', '  if (m[s + SPECIALS]');
    expect((await facts(twice, 'refill-partial', 'quarantine'))[0]).toMatch(/^BLOCK_FREED_TWICE: thread \d frees block \d of span \d+, which is free$/);
  });
});
