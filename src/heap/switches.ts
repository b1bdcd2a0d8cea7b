/**
 * Words that every pointer store and every allocation reads, and that change only in a stopped world: the two that begin and end
 * a concurrent mark. What a mark asks of the program costs it one such word while there is none.
 */
import { stoppedWorld } from '../memory/guardian.ts';
import { globalRecord } from '../memory/segment.ts';
import { by, padding, struct } from '../memory/struct.ts';

/** Bits of the word `stores`: pointers have a tag (two words each); the write barrier is on; it is not called for a goroutine's own frame. */
export const POINTER_STORES = { tagged: 1, barrier: 2, noFrames: 4 } as const;

const COLLECTING = stoppedWorld('the collecting M, when a concurrent mark begins or ends; every M reads it');

const Switches = struct('switches', 16, {
  /** Bits of POINTER_STORES: what a store of a pointer does; see write-pointer.ts. */
  stores: by(COLLECTING),
  /** 1: a mark is under way, and allocations pay for it; see runtime/assist.ts. */
  assisting: by(COLLECTING),
  pad: padding(14),
});

const SWITCHES = globalRecord('switches', Switches);
export const STORES = SWITCHES + Switches.at.stores;
export const ASSISTING = SWITCHES + Switches.at.assisting;
