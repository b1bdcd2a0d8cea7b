import { describe, expect, it } from 'vitest';
import { noteclear, notesleep, notewakeup } from '../../src/sync/note.ts';
import { bootCore, fatalOf } from '../support/core-machine.ts';
import { runSyncTask } from '../support/core-threads.ts';

const NOTE = 64;

function note(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(1024));
}

describe('a note', () => {
  it('does not block a sleeper that comes after the wakeup', () => {
    const m = note();
    notewakeup(m, NOTE);
    notesleep(m, NOTE);
    expect(m[NOTE]).toBe(1);
  });

  it('is woken once, until it is cleared', () => {
    const m = note();
    notewakeup(m, NOTE);
    expect(fatalOf(() => notewakeup(m, NOTE)).code).toBe('NOTE_WOKEN_TWICE');
    noteclear(m, NOTE);
    notewakeup(m, NOTE);
    expect(m[NOTE]).toBe(1);
  });

  it('loses no wakeup of two threads that wake each other alternately', async () => {
    const { m, map } = bootCore({ procs: 2 });
    const at = map.regions.find(({ name }) => name === 'arena')!.start;
    const times = 2000;
    await runSyncTask('pingPong', m.buffer as SharedArrayBuffer, 2, { barrier: at, notes: [at + 16, at + 32], ball: at + 48, times });
    expect(m[at + 48]).toBe(2 * times);
  });
});
