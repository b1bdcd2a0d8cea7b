/** The bucket of a sampled block: a special of its span names it, unless the collector records samples itself. */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import type { MRef } from '../machine/m.ts';
import { hooksOf } from '../heap/collector-hooks.ts';
import { mprofFree, type BucketRef } from './buckets.ts';
import { removeprofilebucket, setprofilebucket } from './specials.ts';

/** Records that the block at `p` was sampled for `bucket`. */
export function recordProfiled(m: Mem, mp: MRef, p: Ref, bucket: BucketRef): void {
  const { blockSampled } = hooksOf(m);
  if (blockSampled !== undefined) blockSampled(m, mp, p, bucket);
  else setprofilebucket(m, mp, p * 4, bucket);
}

/** Forgets the sample of the block at `p` and returns its bucket, 0 if it was not sampled. */
export function forgetProfiled(m: Mem, mp: MRef, p: Ref): BucketRef {
  const { takeSample } = hooksOf(m);
  return takeSample === undefined ? removeprofilebucket(m, mp, p * 4) : takeSample(m, mp, p);
}

/** Counts the free of the block at `p`, if the collector has recorded a sample of it. A special of the block is counted with the specials. */
export function freeProfiled(m: Mem, mp: MRef, p: Ref): void {
  const { takeSample } = hooksOf(m);
  if (takeSample === undefined) return;
  const bucket = takeSample(m, mp, p);
  if (bucket !== 0) mprofFree(m, mp, bucket, true);
}
