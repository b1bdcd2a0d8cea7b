/** The functions that compiled programs call and that stay JavaScript, or are compiled in another module: they are rarely called. */
import { leaveMalloc, refillOrDie } from '../malloc/compiled.ts';
import { showToBarrier } from '../heap/collector-hooks.ts';
import { noticeMalloc } from '../malloc/notice.ts';
import { allocatedBeside } from '../runtime/assist.ts';
import { gcStart } from '../runtime/gc.ts';
import { gcstopm } from '../runtime/world.ts';
import type { HostFunctions } from './host.ts';

export const HOST_PROGRAMS: HostFunctions = { allocatedBeside, gcStart, gcstopm, leaveMalloc, noticeMalloc, refillOrDie, showToBarrier };
