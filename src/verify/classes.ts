/**
 * Go 1.4's size classes. They are typed in on purpose: the allocator computes its own table, and the
 * oracle must not share the computation.
 */

// prettier-ignore
export const CLASS_BYTES = Int32Array.of(
  0, 8, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448,
  480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1664, 2048, 2304, 2560, 2816, 3072, 3328,
  4096, 4608, 5376, 6144, 6400, 6656, 6912, 8192, 8448, 8704, 9472, 10496, 12288, 13568, 14080, 16384, 16640,
  17664, 20480, 21248, 24576, 24832, 28416, 32768,
);

export const CLASSES = CLASS_BYTES.length;
const PAGE = 8192;

/** By class: pages of a span, the fewest that waste at most an eighth. */
export const CLASS_PAGES = CLASS_BYTES.map((bytes) => {
  let pages = bytes === 0 ? 0 : 1;
  while (bytes !== 0 && (pages * PAGE) % bytes > pages * 1024) pages++;
  return pages;
});

/** By class: blocks of a span. */
export const CLASS_BLOCKS = CLASS_BYTES.map((bytes, c) => (bytes === 0 ? 0 : Math.floor((CLASS_PAGES[c] * PAGE) / bytes)));
