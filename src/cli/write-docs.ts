/** `npm run docs`: writes the generated pages of docs/. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { shapeFor } from '../run/shape.ts';
import { memoryMapMarkdown } from '../report/memory-map.ts';

/** The machine that docs/memory-map.md shows. */
export const DOCUMENTED = shapeFor({ procs: 2, arena: 256 << 20, policy: 'tuned' }, { arenaBytes: 0, globals: 16, goroutines: 60 });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../../../docs/memory-map.md', import.meta.url), memoryMapMarkdown(DOCUMENTED));
}
