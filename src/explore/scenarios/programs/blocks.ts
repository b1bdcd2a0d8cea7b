/**
 * Blocks that store their owner. An M that gets a block checks that it is zero, and writes its tag to the
 * first word, the last word and the first word of each page. If another M gets, frees or sweeps the block,
 * a tag changes. Slots in the bss record the blocks of each M:
 *
 *     bss | world, see heap-world.ts | cells: blocks on their way between Ms | slots of M 0 | slots of M 1 | ...
 */
import { ownedBy } from '../../../memory/guardian.ts';
import { elsewhere } from '../../../memory/regions.ts';
import { by, struct, type Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { PAGE_WORDS, type Ref } from '../../../memory/address.ts';
import { byteView } from '../../../memory/bytes.ts';
import { fatal } from '../../../base/fatal.ts';

export const WORLD_WORDS = 4;
export const CELLS = 12;
/** Slots of each M. */
export const SLOTS = 16;

export const HELD_KIND = { none: 0, block: 1, tiny: 2, stack: 3 } as const;

const OWNER = ownedBy('thread', 'in a stopped world any M');
export const Slot = struct('slot', 8, {
  kind: by(OWNER),
  /** Byte offset of the block, tiny object or stack in this slot. */
  address: by(OWNER),
  bytes: by(OWNER),
  /** 1 if the M has set a finalizer. */
  finalizer: by(OWNER),
  /** 1 if the block was allocated with room for pointers; 0 if not, or not known. */
  scan: by(OWNER),
});

elsewhere(Slot, 'bss of the programs that allocate blocks');

const { kind: KIND_OF, address: ADDRESS, bytes: BYTES, finalizer: FINALIZER, scan: SCAN } = Slot.at;

const BSS = CONFIG + Config.at.bss;
const MOST_PROCS = 4;
export const BSS_WORDS = WORLD_WORDS + CELLS + MOST_PROCS * SLOTS * Slot.words;

/** Tags of blocks that an M holds, and of blocks in a cell. */
const HELD = 0x5a00_0000;
const IN_CELL = 0x3b00_0000;

export function cellAt(m: Mem, cell: number): Ref {
  return m[BSS] + WORLD_WORDS + cell;
}

export function slotOf(m: Mem, index: number, slot: number): Ref {
  return m[BSS] + WORLD_WORDS + CELLS + (index * SLOTS + slot) * Slot.words;
}

export function kindIn(m: Mem, at: Ref): number {
  return m[at + KIND_OF];
}

/** Records that M `index` holds the block of `bytes` bytes at `p`, fresh from malloc. */
export function holdBlock(m: Mem, index: number, slot: number, p: Ref, bytes: number, mayPoint: boolean): void {
  const words = bytes >>> 2;
  for (let i = 0; i < 4 && i < words; i++) checkClear(m, p, i);
  for (let i = PAGE_WORDS; i < words; i += PAGE_WORDS) {
    checkClear(m, p, i - 1);
    checkClear(m, p, i);
  }
  checkClear(m, p, words - 1);
  fillSlot(m, index, slot, HELD_KIND.block, p * 4, bytes);
  m[slotOf(m, index, slot) + SCAN] = mayPoint ? 1 : 0;
  setTags(m, p, words, HELD | (index << 8) | slot);
}

/** Records that M `index` holds the tiny object of `bytes` bytes at byte offset `address`. */
export function holdTiny(m: Mem, index: number, slot: number, address: number, bytes: number): void {
  const m8 = byteView(m);
  for (let i = 0; i < bytes; i++) {
    if (m8[address + i] !== 0) fatal('TINY_NOT_CLEAR', { address, byte: i, holds: m8[address + i] });
    m8[address + i] = tinyTag(index, slot);
  }
  fillSlot(m, index, slot, HELD_KIND.tiny, address, bytes);
}

/** Records that M `index` holds the stack of `words` words at `x`, which may be dirty. */
export function holdStack(m: Mem, index: number, slot: number, x: Ref, words: number): void {
  fillSlot(m, index, slot, HELD_KIND.stack, x * 4, words * 4);
  setTags(m, x, words, HELD | (index << 8) | slot);
}

/** Checks the tags of what M `index` holds in `slot`. */
export function checkHeld(m: Mem, index: number, slot: number): void {
  const at = slotOf(m, index, slot);
  if (m[at + KIND_OF] === HELD_KIND.none) return;
  if (m[at + KIND_OF] === HELD_KIND.tiny) checkTiny(m, index, slot, m[at + ADDRESS], m[at + BYTES]);
  else checkTags(m, m[at + ADDRESS] >>> 2, m[at + BYTES] >>> 2, HELD | (index << 8) | slot);
}

/** Clears `slot` of M `index`. */
export function dropHeld(m: Mem, index: number, slot: number): void {
  fillSlot(m, index, slot, HELD_KIND.none, 0, 0);
}

/** Puts the block of `slot` into `cell`. Returns the block that was there, with the cell's tag, or 0: it is the caller's now. */
export function exchangeCell(m: Mem, index: number, slot: number, cell: number): Ref {
  const at = slotOf(m, index, slot);
  let p = 0;
  if (m[at + KIND_OF] === HELD_KIND.block && m[at + FINALIZER] === 0) {
    checkHeld(m, index, slot);
    p = m[at + ADDRESS] >>> 2;
    setTags(m, p, m[at + BYTES] >>> 2, IN_CELL | cell);
    dropHeld(m, index, slot);
  }
  return Atomics.exchange(m, cellAt(m, cell), p);
}

/** Records that M `index` holds the block of `bytes` bytes at `p`, taken out of `cell`. */
export function holdFromCell(m: Mem, index: number, slot: number, cell: number, p: Ref, bytes: number): void {
  checkTags(m, p, bytes >>> 2, IN_CELL | cell);
  fillSlot(m, index, slot, HELD_KIND.block, p * 4, bytes);
  setTags(m, p, bytes >>> 2, HELD | (index << 8) | slot);
}

function fillSlot(m: Mem, index: number, slot: number, kind: number, address: number, bytes: number): void {
  const at = slotOf(m, index, slot);
  m[at + KIND_OF] = kind;
  m[at + ADDRESS] = address;
  m[at + BYTES] = bytes;
  m[at + FINALIZER] = 0;
  m[at + SCAN] = 0;
}

function checkClear(m: Mem, p: Ref, word: number): void {
  if (m[p + word] !== 0) fatal('BLOCK_NOT_CLEAR', { block: p, word, holds: m[p + word] });
}

function setTags(m: Mem, p: Ref, words: number, tag: number): void {
  for (let i = 0; i < words; i += PAGE_WORDS) m[p + i] = tag;
  m[p + words - 1] = tag;
}

function checkTags(m: Mem, p: Ref, words: number, tag: number): void {
  for (let i = 0; i < words; i += PAGE_WORDS) checkTag(m, p, i, tag);
  checkTag(m, p, words - 1, tag);
}

function checkTag(m: Mem, p: Ref, word: number, tag: number): void {
  if (m[p + word] !== tag) fatal('BLOCK_OF_TWO', { block: p, word, tag, holds: m[p + word] });
}

/** Returns the tag of tiny objects, a byte. Never 0: a tiny object may be a single byte. */
function tinyTag(index: number, slot: number): number {
  return 0x80 | (index << 4) | slot;
}

function checkTiny(m: Mem, index: number, slot: number, address: number, bytes: number): void {
  const m8 = byteView(m);
  for (let i = 0; i < bytes; i++) {
    if (m8[address + i] !== tinyTag(index, slot)) fatal('TINY_OF_TWO', { address, byte: i, tag: tinyTag(index, slot), holds: m8[address + i] });
  }
}
