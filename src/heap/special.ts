/**
 * Specials: what the runtime keeps about single objects, on a list in their span sorted by
 * offset, then kind: finalizers, and records of the memory profiler.
 */
import { by, struct } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';

export type SpecialRef = Ref;

export const SPECIAL_KIND = { finalizer: 1, profile: 2 } as const;

const LIST = 'speciallock of its span, when swept; who sweeps the span';

export const Special = struct('special', 8, {
  next: by(LIST),
  /** Bytes from the span's start to the byte it was set for. */
  offset: by('creation'),
  kind: by('creation'),
  /** Finalizer: index in the text segment of the function to run. */
  fn: by('creation'),
  /** Finalizer: what to hand it beside the object. */
  context: by('creation'),
  /** Profile: the bucket. */
  bucket: by('creation'),
});
