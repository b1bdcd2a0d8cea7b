/** Builds a machine with a heap, ready to mark. Each prediction runs on a copy of it. */
import { UsageError } from '../base/fatal.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { loadWide } from '../memory/wide.ts';
import { ARENA_USED } from '../malloc/mheap.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { clearpools } from '../gc/roots.ts';
import { updatememstats } from '../gc/stats.ts';
import { boot, planMemory } from '../runtime/boot.ts';
import { loadImage } from '../workloads/load-image.ts';
import { WHOLE, representedObjects, type Represented } from '../workloads/represent.ts';
import type { HeapImage } from '../workloads/heaps/image.ts';
import { loadWorkload } from '../workloads/load-workload.ts';
import { checkParams } from '../workloads/params.ts';
import type { MachineShape } from '../memory/map.ts';
import type { Needs } from '../workloads/workload.ts';
import { roomFor } from '../run/heap-room.ts';
import { MAX_MODEL_THREADS } from './limits.ts';
import { shapeFor, type ShapeOptions } from '../run/shape.ts';

export interface ModelHeapOptions {
  /** A graph; or `collect`, with `image`. */
  readonly workload: string;
  readonly params?: Readonly<Record<string, number>>;
  readonly image?: HeapImage;
  readonly policy?: ShapeOptions['policy'];
  readonly tuning?: ShapeOptions['tuning'];
  readonly goarch?: ShapeOptions['goarch'];
  readonly arena?: number;
  /** The largest number of marking threads. */
  readonly procs: number;
}

export interface ModelHeap {
  readonly policy: ShapeOptions['policy'];
  readonly template: Int32Array;
  /** Bytes of heap and bitmap in use. */
  readonly inUse: number;
  /** Allocated objects. */
  readonly objects: number;
  /** Their bytes, by true sizes. */
  readonly bytes: number;
  readonly represented?: Represented;
}

/**
 * Builds the heap in this process, with M 0 alone.
 * @throws UsageError for options that can't be met, Fatal OUT_OF_MEMORY
 */
export async function buildModelHeap(options: ModelHeapOptions): Promise<ModelHeap> {
  const { procs, image } = options;
  if (!Number.isInteger(procs) || procs < 1 || procs > MAX_MODEL_THREADS) throw new UsageError(`1 to ${MAX_MODEL_THREADS} threads can be modelled, not ${procs}`);
  const workload = await loadWorkload(options.workload);
  const params = checkParams(workload, options.params ?? {});
  const needs = workload.needs(params);
  const { policy, tuning, goarch, arena } = options;
  const shapeOptions: ShapeOptions = { policy, tuning, goarch, arena, procs: 1 };
  const shapeOf = (room: Needs, bytes: number | undefined): MachineShape => {
    const one = shapeFor({ ...shapeOptions, arena: bytes }, room, workload.types);
    // Each M holds up to three workbufs beyond those that the heap needs.
    return { ...one, procs, maxWorkbufs: one.maxWorkbufs + 4 * procs };
  };
  const room = image === undefined ? { needs, limit: WHOLE } : roomFor(image, needs, shapeOptions, (bytes) => shapeOf(needs, bytes));
  const shape = shapeOf(room.needs, arena);
  const map = planMemory(shape);
  const template = new Int32Array(map.words);
  const m0 = boot(template, map, -1, workload.types);
  if (image !== undefined) loadImage(template, m0, image, room.limit);
  const represented = image === undefined ? undefined : representedObjects(image, shape.ptrWords * 4, room.limit);
  workload.build?.(template, m0, params);
  clearpools(template, m0);
  updatememstats(template, m0);
  const heapWords = template[ARENA_USED] - template[CONFIG + Config.at.arenaStart];
  return {
    policy: options.policy,
    template,
    inUse: heapWords * 4 * (1 + 1 / 8),
    objects: loadWide(template, MSTATS + MStats.at.heapObjects),
    bytes: template[MSTATS + MStats.at.heapAllocQ] * 8 + (represented?.missingBytes ?? 0),
    represented,
  };
}
