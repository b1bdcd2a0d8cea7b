/** The names of the memory models, `--memory`. */

/**
 * - `sc`: every load returns the newest value: interleavings alone
 * - `tso`: a thread's plain stores may reach the others late, in order, as on x86
 * - `js`: what ECMAScript promises: a plain load may return any store that is not hidden from it
 */
export const MEMORIES = ['sc', 'tso', 'js'] as const;
export type Memory = (typeof MEMORIES)[number];
