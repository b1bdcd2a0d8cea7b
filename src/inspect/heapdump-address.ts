/** Addresses in a heap dump of the machine. */
import { CONFIG, Config, ptrWords } from '../memory/config.ts';
import { PTR_TAG, SMALL_SHIFT, type Ref } from '../memory/address.ts';
import { addressAt, isTag } from '../memory/pointer.ts';
import type { Mem } from '../memory/struct.ts';

const TAG_WEIGHT = 2 ** 32;
/** The assumed start of the text segment. On the 64-bit machine no memory has this address. */
const TEXT_START = 0x40_0000;
/** The assumed bytes of a step's code. */
const STEP_BYTES = 16;

/** Returns the address of the word at `ref`, as pointers in the heap contain it. */
export function dumpAddress(m: Mem, ref: Ref): number {
  return byteAddress(m, ref * 4);
}

/** Returns the address of byte `offset` of the memory. */
export function byteAddress(m: Mem, offset: number): number {
  return ptrWords(m) === 2 ? PTR_TAG * TAG_WEIGHT + offset : offset;
}

/** Returns the address of the step with number `pc` in the text segment. */
export function textAddress(step: number): number {
  return TEXT_START + STEP_BYTES * step;
}

/**
 * Returns `bytes` bytes of the memory, with pointers as addresses. Up to 4 GB that is a view, in which later stores
 * show; a larger machine's pointers are not as addresses read, and what it returns is a copy.
 */
export function memoryAt(m: Mem, ref: Ref, bytes: number): Uint8Array {
  const view = new Uint8Array(m.buffer, ref * 4, bytes);
  if (m[CONFIG + Config.at.ptrShift] === SMALL_SHIFT) return view;
  const copy = view.slice();
  const words = new DataView(copy.buffer);
  for (let at = 0; at + 8 <= bytes; at += 8) {
    const slot = ref + at / 4;
    if (isTag(m, m[slot + 1])) words.setBigUint64(at, BigInt(byteAddress(m, addressAt(m, slot))), true);
  }
  return copy;
}
