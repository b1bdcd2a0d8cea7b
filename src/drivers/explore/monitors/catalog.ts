/** The monitors that executions can be watched by. They need the hooked variant of the core. */
import type { Core } from '../load.ts';
import type { Monitor } from '../monitor.ts';
import type { Site } from '../sites.ts';

/** Their names, in the order in which help lists them. */
export const MONITORS: readonly string[] = [];

/** The monitors named in `which`, for one explorer of `core`. */
export function makeMonitors(_core: Core, _sites: readonly Site[], _which: readonly string[]): readonly Monitor[] {
  return [];
}
