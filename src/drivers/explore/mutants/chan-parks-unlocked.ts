import type { KnownBug } from './known-bug.ts';

export const chanParksUnlocked: KnownBug = {
  name: 'chan-parks-unlocked',
  history: 'constructed',
  breaks: 'a goroutine is on the queue of an unlocked channel before it counts as waiting: who takes it off readies one that still runs',
  file: 'src/runtime/chan.ts',
  find: 'm[mp + WAITLOCK] = c + LOCK;',
  replace: 'unlock(m, mp, c + LOCK);',
  scenario: 'channels',
};
