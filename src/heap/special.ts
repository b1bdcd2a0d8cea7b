/**
 * Specials: records about single objects (finalizers, profile buckets), on a list in the
 * object's span, sorted by offset, then kind.
 */
import { by, struct } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';

export type SpecialRef = Ref;

export const SPECIAL_KIND = { finalizer: 1, profile: 2 } as const;

const LIST = 'speciallock of its span, when swept; who sweeps the span';

export const Special = struct('special', 8, {
  next: by(LIST),
  /** Bytes from the span's start to the byte that the special is for. */
  offset: by('creation'),
  kind: by('creation'),
  /** Finalizer: index in the text segment of the step to run. */
  fn: by('creation'),
  /** Finalizer: a word passed to the step beside the object. */
  context: by('creation'),
  /** Profile: the bucket. */
  bucket: by('creation'),
});
