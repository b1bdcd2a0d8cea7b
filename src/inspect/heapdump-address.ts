/** Addresses in a heap dump of the machine. */
import { ptrWords } from '../memory/config.ts';
import { PTR_TAG, type Ref } from '../memory/address.ts';
import type { Mem } from '../memory/struct.ts';

const TAG_WEIGHT = 2 ** 32;
/** Where the text segment would be; outside of the machine's own memory on 64 bits, where nothing else is. */
const TEXT_START = 0x40_0000;
/** Bytes that a step's code takes, so to speak. */
const STEP_BYTES = 16;

/** The address of the word at `ref`, as pointers in the heap have it. */
export function dumpAddress(m: Mem, ref: Ref): number {
  return byteAddress(m, ref * 4);
}

/** The address of the byte `offset` of the memory. */
export function byteAddress(m: Mem, offset: number): number {
  return ptrWords(m) === 2 ? PTR_TAG * TAG_WEIGHT + offset : offset;
}

/** The address of a step, by its number in the text segment. */
export function textAddress(step: number): number {
  return TEXT_START + STEP_BYTES * step;
}

/** The memory itself: what is written there later changes what was returned. */
export function memoryAt(m: Mem, ref: Ref, bytes: number): Uint8Array {
  return new Uint8Array(m.buffer, ref * 4, bytes);
}
