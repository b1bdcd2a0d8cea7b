/** What callers tell malloc of the block they want. */

/** The collector doesn't look inside. */
export const FLAG_NOSCAN = 1;
/** The memory may be left dirty. */
export const FLAG_NOZERO = 2;
/** Not for the profiler: a block of the runtime's own. */
export const FLAG_NOPROFILING = 4;

/** The caller says which words hold pointers; without it every word may. */
export const FLAG_TYPED = 8;
/** A tiny object has the first and not the second: it shares its block with some that may be profiled. */
export const TINY_FLAGS = FLAG_NOSCAN | FLAG_NOPROFILING;
