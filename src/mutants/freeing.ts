/** Explicit frees. */
import type { KnownBug } from './known-bug.ts';

export const FREEING: readonly KnownBug[] = [
  {
    name: 'free-into-cached-span',
    history: 'constructed',
    breaks: "a freed block goes on the freelist of a span that another P's malloc is taking blocks from",
    file: 'src/malloc/mcentral-free.ts',
    find: "export function freeBlock(m: Mem, mp: MRef, s: SpanRef, p: Ref): void {\n  const c = mcentralAt(m[s + SIZECLASS]);\n  lock(m, mp, c);\n  if (m[s + INCACHE] !== 0) {",
    replace: "export function freeBlock(m: Mem, mp: MRef, s: SpanRef, p: Ref): void {\n  const c = mcentralAt(m[s + SIZECLASS]);\n  lock(m, mp, c);\n  if (m[s + INCACHE] > 1) {",
    scenarios: ['free-beside'],
  },
  {
    name: 'free-into-unswept-span',
    history: 'constructed',
    breaks: 'a block is freed explicitly and again by the pending sweep of its span',
    file: 'src/malloc/free.ts',
    find: '  ensureSwept(m, mp, s);\n',
    replace: '',
    scenarios: ['free-unswept'],
  },
  {
    name: 'free-clears-bits-of-cached-span',
    history: 'commit 5bfe8adee5, issue 8299: markfreed changed bits plainly beside others. There they marked; here the owner of the span sets the bits of blocks it hands out',
    breaks: "a free of a block in a span that another P caches changes a bitmap word that the span's owner is changing: one change is lost",
    file: 'src/malloc/mcentral-free.ts',
    find: '    m[p] = m[s + FREEBUF];\n    m[s + FREEBUF] = p;\n    unlock(m, mp, c);\n    return;',
    replace: '    handedBack(m, s, p);\n    m[p] = m[s + FREEBUF];\n    m[s + FREEBUF] = p;\n    unlock(m, mp, c);\n    return;',
    scenarios: ['free-beside-bits'],
  },
  {
    name: 'free-looks-before-locking',
    history: 'constructed',
    breaks: 'the check whether a P caches the span precedes the lock of the mcentral: the span may be cached by the time the block is linked',
    file: 'src/malloc/mcentral-free.ts',
    find: '  lock(m, mp, c);\n  if (m[s + INCACHE] !== 0) {\n    m[p] = m[s + FREEBUF];',
    replace: '  const isCached = m[s + INCACHE] !== 0;\n  lock(m, mp, c);\n  if (isCached) {\n    m[p] = m[s + FREEBUF];',
    scenarios: ['free-beside', 'free-unswept'],
  },
  {
    name: 'free-counts-unlocked',
    history: 'constructed',
    breaks: 'the freed block is counted after the unlock of the mcentral: concurrent counts are lost',
    file: 'src/malloc/mcentral-free.ts',
    find: `  m[s + NALLOC]--;
  m[c + NFREE]++;
  if (m[s + NALLOC] !== 0) {
    unlock(m, mp, c);
    return;
  }`,
    replace: `  m[s + NALLOC]--;
  if (m[s + NALLOC] !== 0) {
    unlock(m, mp, c);
    m[c + NFREE]++;
    return;
  }
  m[c + NFREE]++;`,
    scenarios: ['free-unswept', 'free-beside'],
  },
  {
    name: 'freebuf-taken-unlocked',
    history: 'constructed',
    breaks: 'the owner drains freebuf before it locks the mcentral: a block freed at that moment is lost or freed twice',
    file: 'src/malloc/mcentral.ts',
    find: '  lock(m, mp, c);\n  if (old !== emptySpan(m)) reclaimLocked(m, c, old);',
    replace: '  if (old !== emptySpan(m)) reclaimLocked(m, c, old);\n  lock(m, mp, c);',
    scenarios: ['free-beside'],
  },
  {
    name: 'freebuf-of-flushed-cache-kept',
    history: 'constructed',
    breaks: "a flushed MCache leaves blocks in the span's freebuf: no owner takes them over",
    file: 'src/malloc/mcentral.ts',
    find: 'return m[s + FREEBUF] !== 0 || m[s + NALLOC] === 0;',
    replace: 'return m[s + NALLOC] === 0;',
    scenarios: ['free-beside', 'cache-flush'],
  },
  {
    name: 'freed-taken-of-one',
    history: 'constructed',
    breaks: "a collection drains the freebufs of the first P's spans only",
    file: 'src/gc/roots.ts',
    find: '  for (let i = 0; i < m[NPROCS]; i++) releaseFreed(',
    replace: '  for (let i = 0; i < 1; i++) releaseFreed(',
    scenarios: ['free-unswept'],
  },
];
