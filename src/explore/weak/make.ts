/** Makes the memory of a model. */
import { JsMemory } from './js.ts';
import type { Memory } from './memory.ts';
import { TsoMemory } from './tso.ts';
import type { Choose, WeakMemory } from './weak-memory.ts';

/** Returns the memory of `threads` threads over `m`; null for 'sc', where loads return the newest values. */
export function makeWeakMemory(memory: Memory, threads: number, m: Int32Array, choose: Choose): WeakMemory | null {
  switch (memory) {
    case 'sc':
      return null;
    case 'tso':
      return new TsoMemory(threads, m, choose);
    case 'js':
      return new JsMemory(threads, m, choose);
  }
}
