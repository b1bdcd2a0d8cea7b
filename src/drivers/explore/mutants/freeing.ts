/** Freeing by hand. */
import type { KnownBug } from './known-bug.ts';

export const FREEING: readonly KnownBug[] = [
  {
    name: 'free-into-cached-span',
    history: 'constructed',
    breaks: "a freed block goes on the freelist of a span that another P's malloc is taking blocks from",
    file: 'src/malloc/mcentral.ts',
    find: "export function freeBlock(m: Mem, mp: MRef, s: SpanRef, p: Ref): void {\n  const c = mcentralAt(m[s + SIZECLASS]);\n  lock(m, mp, c);\n  if (m[s + INCACHE] !== 0) {",
    replace: "export function freeBlock(m: Mem, mp: MRef, s: SpanRef, p: Ref): void {\n  const c = mcentralAt(m[s + SIZECLASS]);\n  lock(m, mp, c);\n  if (m[s + INCACHE] > 1) {",
    scenarios: ['free-beside'],
  },
];
