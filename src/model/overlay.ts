/** Where the model runs another text than the core's, as the compiled mark loops do. */
import { join } from 'node:path';
import { ROOT } from '../base/root.ts';
import type { Overlay } from '../rewrite/bundle.ts';

/** The compiled loops load ahead where JavaScript does nothing; see src/memory/prefetch.ts. */
const PREFETCH = `import type { Mem } from './struct.ts';
import type { Ref } from './address.ts';

export function prefetchAll(m: Mem, from: Ref, to: Ref, step: number): void {
  for (let at = from; at < to; at = (at + step) | 0) void m[m[at]];
}
`;

export const MODEL_OVERLAY: Overlay = new Map([[join(ROOT, 'src/memory/prefetch.ts'), PREFETCH]]);
