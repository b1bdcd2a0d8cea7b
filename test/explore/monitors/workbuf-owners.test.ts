/** A workbuf has one owner at a time; the monitor catches any other thread. */
import { describe, expect, it } from 'vitest';
import { bug, facts } from './watch.ts';

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
