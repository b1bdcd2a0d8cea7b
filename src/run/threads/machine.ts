/** A machine on threads, with the plan and the program that it was made for. */
import type { MemoryMap } from '../../memory/map.ts';
import type { Mem } from '../../memory/struct.ts';
import type { Limit } from '../../workloads/represent.ts';
import type { Params } from '../../workloads/workload.ts';
import type { RuntimeOptions } from '../api.ts';
import type { Program } from './program.ts';
import type { MachineMemory } from './reserve.ts';

/** The parts of a machine. */
export interface Machine {
  readonly m: Mem;
  readonly memory: MachineMemory;
  readonly plan: Plan;
  readonly program: Program;
  readonly params: Params;
  readonly options: RuntimeOptions;
}

export interface Plan {
  readonly map: MemoryMap;
  /** The imported heap keeps its addresses. */
  readonly restores: boolean;
  readonly limit: Limit;
  /** Returns the bytes of the largest possible arena. */
  readonly mostArenaBytes: () => number;
}
