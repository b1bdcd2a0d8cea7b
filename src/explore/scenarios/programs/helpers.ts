/**
 * Only the end of marking: M 0 begins one round after another, as a collector begins cycles, each with
 * different helpers. It must not continue before all helpers of a round have reported done.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import type { Ref } from '../../../memory/address.ts';
import { fatal } from '../../../base/fatal.ts';
import { noteclear, notesleep, notewakeup } from '../../../sync/note.ts';
import { helperDone } from '../../../gc/helper.ts';
import { NPROC, XALLDONE, XNDONE } from '../../../gc/work.ts';

/** Returns the note that M `index` sleeps on. */
function noteOf(m: Mem, index: number): Ref {
  return m[CONFIG + Config.at.bss] + index;
}

/** M 0 starts the helpers of each round. The other Ms help in the rounds that name them. */
export function runHelpers(m: Mem, index: number, rounds: readonly (readonly number[])[]): void {
  for (const helpers of rounds) {
    if (index === 0) collect(m, helpers);
    else if (helpers.includes(index)) {
      notesleep(m, noteOf(m, index));
      noteclear(m, noteOf(m, index));
      helperDone(m);
    }
  }
}

function collect(m: Mem, helpers: readonly number[]): void {
  m[NPROC] = helpers.length + 1;
  Atomics.store(m, XNDONE, 0);
  noteclear(m, XALLDONE);
  for (const helper of helpers) notewakeup(m, noteOf(m, helper));
  notesleep(m, XALLDONE);
  const done = Atomics.load(m, XNDONE);
  if (done !== helpers.length) fatal('HELPERS_NOT_DONE', { done, helpers: helpers.length });
}
