/** core-machine.ts with types: a machine of one P whose workload declares some. */
import { TYPES } from '../../src/memory/config.ts';
import type { MachineShape } from '../../src/memory/map.ts';
import { typeTableWords, type TypeTable } from '../../src/heap/type-table.ts';
import { boot, planMemory } from '../../src/runtime/boot.ts';
import { runMain, type CoreMachine, type Main } from './core-machine.ts';
import { coreShape } from './core-shape.ts';

export type Mode = keyof typeof TYPES;

/** Both machines, each with Go's buffers and with some that overflow all the time. */
export const TYPED_MACHINES: readonly { name: string; shape: Partial<MachineShape> & { ptrWords: 1 | 2 } }[] = [
  { name: '64 bits', shape: { ptrWords: 2 } },
  { name: '386', shape: { ptrWords: 1 } },
  { name: '64 bits, buffers of two', shape: { ptrWords: 2, workbufCap: 2, ptrBufCap: 2, maxWorkbufs: 20_000 } },
  { name: '386, buffers of two', shape: { ptrWords: 1, workbufCap: 2, ptrBufCap: 2, maxWorkbufs: 20_000 } },
];

/** A machine that has booted, with collections only when asked for. */
export function bootTyped(mode: Mode, types: TypeTable, changes: Partial<MachineShape> = {}): CoreMachine {
  const ptrWords = changes.ptrWords ?? 2;
  const map = planMemory(coreShape({ arenaPages: 512, types: TYPES[mode], typeWords: typeTableWords(types, ptrWords), ...changes }));
  const m = new Int32Array(new SharedArrayBuffer(map.words * 4));
  return { m, m0: boot(m, map, -1, types), map };
}

/** Runs `main` as the main goroutine of such a machine, with 16 slots. */
export function runTyped(mode: Mode, types: TypeTable, changes: Partial<MachineShape>, main: Main): CoreMachine {
  const machine = bootTyped(mode, types, changes);
  runMain(machine, main, [], 16);
  return machine;
}
