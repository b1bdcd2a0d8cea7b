/** A free block is touched by no thread; the monitor catches any that does. */
import { describe, expect, it } from 'vitest';
import { bug, facts } from './watch.ts';

describe('a block', () => {
  it('is not touched between being freed and handed out', async () => {
    const late = bug('src/explore/scenarios/programs/heap-operations.ts', '  free(m, mp, p);\n', '  free(m, mp, p);\n  m[p + 2] = 0;\n');
    expect((await facts(late, 'free-beside', 'quarantine'))[0]).toMatch(/^FREE_MEMORY_TOUCHED: thread \d writes span \d+ block \d+ word \d+, in a free (block|span)$/);
  });

  it('is handed out once', async () => {
    const again = bug('src/malloc/small.ts', '  m[s + FREELIST] = m[p];\n  m[s + NALLOC]++;\n  const bytes = m[s + ELEMSIZE];', '  if (m[mp] === 0 || m[s + NALLOC] !== 2) m[s + FREELIST] = m[p];\n  else m[s + FREELIST] = p;\n  m[s + NALLOC]++;\n  const bytes = m[s + ELEMSIZE];');
    expect((await facts(again, 'sweep-refill', 'quarantine'))[0]).toMatch(/^BLOCK_HANDED_OUT_TWICE: thread \d is handed block \d of span \d+, which is in use$/);
  });

  it('is freed once', async () => {
    const twice = bug('src/malloc/sweep.ts', '  markFreelist(m, s);\n  if (m[s + SPECIALS]', '  if (m[s + SPECIALS]');
    expect((await facts(twice, 'refill-partial', 'quarantine'))[0]).toMatch(/^BLOCK_FREED_TWICE: thread \d frees block \d of span \d+, which is free$/);
  });
});
