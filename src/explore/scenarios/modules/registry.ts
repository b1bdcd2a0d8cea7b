/**
 * The scenarios that stand in one file each (see ../module.ts), in alphabetical order. A line here is
 * all that a new one takes: the line puts its program into the core and its name into every command.
 */
export { CONDITIONS } from './conditions.ts';
export { DEEP_CALLS } from './deep-calls.ts';
export { MARK_ENDS } from './mark-ends.ts';
export { MARK_FREED } from './mark-freed.ts';
export { PACERS } from './pacers.ts';
export { RACY_ASSIST } from './racy-assist.ts';
export { RACY_HEAP } from './racy-heap.ts';
export { RACY_MARKS } from './racy-marks.ts';
export { RACY_SCHEDULE } from './racy-schedule.ts';
export { RACY_SPANS } from './racy-spans.ts';
export { RACY_WORLD } from './racy-world.ts';
export { WOKEN_STOPPED } from './woken-stopped.ts';
