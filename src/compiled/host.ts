/**
 * The functions of the core that compiled code calls and that stay JavaScript: they wait, throw, count in numbers of more
 * than 32 bits, or are rarely called.
 */
import { countBlock, countFlush, countScanned } from '../gc/count-scan.ts';
import { lookUpTypes } from '../gc/flush.ts';
import { getempty, handoff } from '../gc/work.ts';
import { addWide } from '../memory/wide.ts';
import type { Mem } from '../memory/struct.ts';

type OfMemory = (m: Mem, ...args: number[]) => unknown;

export const HOST: Readonly<Record<string, OfMemory>> = { addWide, countBlock, countFlush, countScanned, getempty, handoff, lookUpTypes };
