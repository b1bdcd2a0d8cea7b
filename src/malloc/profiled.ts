/** Which bucket a sampled block belongs to: a special of its span says so, or, with the collector of 2010, the map of addresses. */
import type { Mem } from '../memory/struct.ts';
import { COLLECTOR, CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import type { MRef } from '../machine/m.ts';
import { setRefProfiled } from '../heap/refword.ts';
import { getaddrbucket, setaddrbucket } from './addr-buckets.ts';
import type { BucketRef } from './buckets.ts';
import { removeprofilebucket, setprofilebucket } from './specials.ts';

const COLLECTOR_OF = CONFIG + Config.at.collector;

/** Remembers that the block `p` was sampled for `bucket`. */
export function recordProfiled(m: Mem, mp: MRef, p: Ref, bucket: BucketRef): void {
  if (m[COLLECTOR_OF] !== COLLECTOR.refword) {
    setprofilebucket(m, mp, p << 2, bucket);
    return;
  }
  setaddrbucket(m, mp, p << 2, bucket);
  setRefProfiled(m, p);
}

/**
 * For who frees the block `p` without going through its specials: its bucket, which is
 * forgotten and is to be told with mprofFree; 0 if `p` was not sampled.
 */
export function forgetProfiled(m: Mem, mp: MRef, p: Ref): BucketRef {
  if (m[COLLECTOR_OF] !== COLLECTOR.refword) return removeprofilebucket(m, mp, p << 2);
  return getaddrbucket(m, mp, p << 2);
}
