/** The tasks of a user module's thread. */
import type { Params } from '../../workloads/workload.ts';

/** The memory of a machine. The buffer may be longer than `words`, up to a whole page. */
interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
  readonly words: number;
}

export type ModuleTask =
  | { readonly kind: 'describe'; readonly spec: string; readonly file: string }
  | { readonly kind: 'needs'; readonly params: Params }
  | { readonly kind: 'args'; readonly params: Params; readonly seed: number }
  | ({ readonly kind: 'build'; readonly params: Params } & SharedMemory)
  | ({ readonly kind: 'start'; readonly args: readonly number[] } & SharedMemory)
  | ({ readonly kind: 'report'; readonly params: Params } & SharedMemory);
