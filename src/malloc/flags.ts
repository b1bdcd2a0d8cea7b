/** Flags of malloc. */

/** The block holds no pointers: the collector does not scan it. */
export const FLAG_NOSCAN = 1;
/** The memory may be left dirty. */
export const FLAG_NOZERO = 2;
/** The profiler does not record the block: it is the runtime's own. */
export const FLAG_NOPROFILING = 4;

/** The caller sets the block's type after malloc. Without the flag, every word may be a pointer. */
export const FLAG_TYPED = 8;
/** A tiny object has FLAG_NOSCAN and not FLAG_NOPROFILING: it may share its block with profiled objects. */
export const TINY_FLAGS = FLAG_NOSCAN | FLAG_NOPROFILING;
