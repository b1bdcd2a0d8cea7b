/**
 * Specials: what the runtime keeps about single objects, on a list in their span sorted by
 * offset, then kind: finalizers, and records of the memory profiler.
 */
import { atCreation, protocol } from '../memory/guardian.ts';
import { elsewhere } from '../memory/regions.ts';
import { by, struct } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';

export type SpecialRef = Ref;

export const SPECIAL_KIND = { finalizer: 1, profile: 2 } as const;

const LIST = protocol("its span's speciallock; while the span is being swept, the sweeper");

export const Special = struct('special', 8, {
  next: by(LIST),
  /** Bytes from the span's start to the byte it was set for. */
  offset: by(atCreation()),
  kind: by(atCreation()),
  /** Finalizer: index in the text segment of the function to run. */
  fn: by(atCreation()),
  /** Finalizer: what to hand it beside the object. */
  context: by(atCreation()),
  /** Profile: the bucket. */
  bucket: by(atCreation()),
});

elsewhere(Special, "persistent memory, linked from `specials` of its span or from the heap's `specialalloc`");
