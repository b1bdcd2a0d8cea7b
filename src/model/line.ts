/** A line of the caches. */
export const LINE_BYTES = 64;
/** Log2 of the words of a line. */
export const LINE_SHIFT = 4;
/** Log2 of the lines of a page of 4 KB, in which misses form streams and by which memory is spread over sockets. */
export const PAGE_LINES_SHIFT = 6;
