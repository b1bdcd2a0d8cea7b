/** The bucket of a sampled block: kept in a special of its span, or in the address map with the collector of 2010. */
import type { Mem } from '../memory/struct.ts';
import { COLLECTOR, CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import type { MRef } from '../machine/m.ts';
import { setRefProfiled } from '../heap/refword.ts';
import { getaddrbucket, setaddrbucket } from './addr-buckets.ts';
import type { BucketRef } from './buckets.ts';
import { removeprofilebucket, setprofilebucket } from './specials.ts';

const COLLECTOR_OF = CONFIG + Config.at.collector;

/** Records that the block at `p` was sampled into `bucket`. */
export function recordProfiled(m: Mem, mp: MRef, p: Ref, bucket: BucketRef): void {
  if (m[COLLECTOR_OF] !== COLLECTOR.refword) {
    setprofilebucket(m, mp, p << 2, bucket);
    return;
  }
  setaddrbucket(m, mp, p << 2, bucket);
  setRefProfiled(m, p);
}

/**
 * Forgets the bucket of the block at `p`, for a free that does not visit its specials. The
 * caller must report the free with mprofFree.
 * @returns the bucket, 0 if the block was not sampled
 */
export function forgetProfiled(m: Mem, mp: MRef, p: Ref): BucketRef {
  if (m[COLLECTOR_OF] !== COLLECTOR.refword) return removeprofilebucket(m, mp, p << 2);
  return getaddrbucket(m, mp, p << 2);
}
