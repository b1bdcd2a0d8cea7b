/** `npm run docs`: writes the generated pages and the generated sections of pages. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { shapeFor } from '../run/shape.ts';
import { memoryMapMarkdown } from '../report/memory-map.ts';
import { fillSections } from './docs/markers.ts';
import { STATISTICS_SECTIONS } from './docs/statistics.ts';

/** The machine that docs/memory-map.md shows. */
export const DOCUMENTED = shapeFor({ procs: 2, arena: 256 << 20, policy: 'tuned' }, { arenaBytes: 0, globals: 16, goroutines: 60 });
const DOCS = new URL('../../../docs/', import.meta.url);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('memory-map.md', DOCS), memoryMapMarkdown(DOCUMENTED));
  for (const page of ['json.md', 'scaling.md']) {
    const file = new URL(page, DOCS);
    writeFileSync(file, fillSections(readFileSync(file, 'utf8'), STATISTICS_SECTIONS));
  }
}
