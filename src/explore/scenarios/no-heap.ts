/** Machines without a heap, for protocols that need only Ms and a few words. A small memory is restored quickly. */
import type { MachineShape } from '../../memory/map.ts';
import { CONFIG, Config } from '../../memory/config.ts';
import { runAlone } from '../alone.ts';
import type { Coroutine } from '../../rewrite/generated.ts';
import type { Core } from '../load.ts';
import type { Knobs, Prepared } from './scenario.ts';
import { tinyShape } from './tiny-shape.ts';

/** Returns the shape of a machine with the smallest heap. */
export function noHeapShape({ procs }: Knobs, changes: Partial<MachineShape> = {}): MachineShape {
  return tinyShape({ procs, arenaPages: 8, maxGs: 1, persistentWords: 1024, verify: false, ...changes });
}

/** Boots a machine of `shape`, and returns its memory up to the first word of the heap. */
export function bootWithoutHeap(core: Core, shape: MachineShape): Int32Array {
  const map = core.planMemory(shape);
  const memory = new Int32Array(map.words);
  runAlone(core, core.boot(memory, map, -1));
  return memory.slice(0, memory[CONFIG + Config.at.spans]);
}

/** Returns the scenario's own word `i`. */
export function ownWord(m: Int32Array, i: number): number {
  return m[CONFIG + Config.at.bss] + i;
}

/** Prepares `procs` Ms on `template`, each of which runs `run`. */
export function perThread({ procs }: Knobs, template: Int32Array, run: (m: Int32Array, index: number) => Coroutine, check: (m: Int32Array) => string): Prepared {
  const ms = Array.from({ length: procs }, (_, i) => i);
  return {
    template,
    threads: ms.map((i) => (m) => run(m, i)),
    names: ms.map((i) => `M${i}`),
    check,
    stepLimit: 20_000,
  };
}
