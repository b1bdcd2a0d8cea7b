/** What the thread of a user's module is asked to do. */
import type { Params } from '../../workloads/workload.ts';

/** The memory of a machine; its buffer's last page may go on for longer. */
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
