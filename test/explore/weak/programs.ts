/** Small programs over shared words, and how they end under each memory model. */
import { outcomesOf } from '../../../src/explore/outcomes.ts';
import { loadUserScenario } from '../../../src/explore/user-scenario.ts';
import type { Memory } from '../../../src/explore/weak/memory.ts';
import { moduleOf } from '../ordinary/modules.ts';

/** Returns how the threads in `threads`, functions of ten words `a`, end: what each returned, as text without what is undefined. */
export async function endsOf(threads: string, memory: Memory): Promise<string[]> {
  const path = moduleOf(`export function setup() { return new Int32Array(new SharedArrayBuffer(40)); }\nexport const threads = ${threads};\n`);
  const { ends, isComplete } = outcomesOf(await loadUserScenario(path, true), memory, 100_000);
  if (!isComplete) throw new Error('the search does not end');
  return [...ends].map((end) => (JSON.parse(end) as unknown[]).filter((each) => each !== null).flat().join(' ')).sort();
}
