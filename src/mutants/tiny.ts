/** The tiny allocator. */
import type { KnownBug } from './known-bug.ts';

export const TINY: readonly KnownBug[] = [
  {
    name: 'tiny-padding-not-counted',
    history: 'commit 0e84088715: the tiny pointer was kept one past its block, where the next span begins. Here it is no root, so the slip that harms is to cut from there',
    breaks: 'bytes skipped for alignment still count as free: the last object reaches past the block',
    file: 'src/malloc/malloc.ts',
    find: 'const used = size + (at - m[c + TINY]);',
    replace: 'const used = size;',
    scenarios: ['tiny-blocks'],
  },
  {
    name: 'tiny-block-counted-whole',
    history: 'commit 0e84088715, at a new block',
    breaks: 'all of a new tiny block counts as free though it holds the first object: the last object reaches into the next block',
    file: 'src/malloc/malloc.ts',
    find: '    m[c + TINYSIZE] = block - size;',
    replace: '    m[c + TINYSIZE] = block;',
    scenarios: ['tiny-blocks'],
  },
  {
    name: 'tiny-block-keeps-link',
    history: 'constructed',
    breaks: 'the first word of a tiny block is handed out with the freelist link in it',
    file: 'src/malloc/malloc.ts',
    find: 'clearWords(m, p, TINY_WORDS);',
    replace: 'clearWords(m, p + 2, TINY_WORDS >> 1);',
    scenarios: ['tiny-blocks'],
  },
  {
    name: 'tiny-outlives-collection',
    history: 'constructed',
    breaks: 'a P keeps allocating from a tiny block that the collection has freed',
    file: 'src/malloc/mcache.ts',
    find: '  m[c + TINY] = 0;\n  m[c + TINYSIZE] = 0;',
    replace: '  m[c + TINYSIZE] = m[c + TINYSIZE];',
    scenarios: ['tiny-collected'],
  },
];
