/**
 * The functions of the core that compiled code calls and that stay JavaScript: they wait, throw, count in numbers of more
 * than 32 bits, or are rarely called.
 */
import { checkptr } from '../gc/checkptr.ts';
import { countBlock, countFlush, countLookup, countRescan, countScanned, countTypeLookup } from '../gc/count-scan.ts';
import { invalidInstruction } from '../gc/scan-typed.ts';
import { advance, giveWork, putAside } from '../gc/scanblock-lab-worklist.ts';
import { spillSpans } from '../gc/spans/queue.ts';
import { getempty, handoff } from '../gc/work.ts';
import { addWide } from '../memory/wide.ts';
import type { Mem } from '../memory/struct.ts';

/** Its other parameters are numbers, or booleans, which compiled code passes as 0 and 1. */
type OfMemory = (m: Mem, ...args: never[]) => unknown;

/** Functions that stay JavaScript, by name. */
export type HostFunctions = Readonly<Record<string, OfMemory>>;

export const HOST: HostFunctions = {
  addWide, advance, checkptr, countBlock, countFlush, countLookup, countRescan, countScanned, countTypeLookup, getempty, giveWork, handoff, invalidInstruction, putAside, spillSpans,
};
