/**
 * Specials: records about single objects (finalizers, profile buckets), on a list in the
 * object's span, sorted by offset, then kind.
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
  /** Bytes from the span's start to the byte that the special is for. */
  offset: by(atCreation()),
  kind: by(atCreation()),
  /** Finalizer: index in the text segment of the step to run. */
  fn: by(atCreation()),
  /** Finalizer: a word passed to the step beside the object. */
  context: by(atCreation()),
  /** Profile: the bucket. */
  bucket: by(atCreation()),
});

elsewhere(Special, "persistent memory, linked from `specials` of its span or from the heap's `specialalloc`");
