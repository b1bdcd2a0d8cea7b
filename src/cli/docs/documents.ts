/** Every page that `npm run docs` writes, as it must read now. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../base/root.ts';
import { memoryMapMarkdown } from '../../report/memory-map.ts';
import { shapeFor } from '../../run/shape.ts';
import { commandReference } from './command-reference.ts';
import { fillSections } from './markers.ts';
import { documentedProgram } from './program.ts';
import { sectionsFor } from './sections.ts';

/** The machine that docs/memory-map.md shows. */
export const DOCUMENTED = shapeFor({ procs: 2, arena: 256 << 20, policy: 'tuned' }, { arenaBytes: 0, globals: 16, goroutines: 60 });
const MARKER = '<!-- generated: ';
/** Folders of docs without pages of ours. */
const NOT_OURS = /^docs\/(\.vitepress|reference\/api)\//;

/** Returns the generated pages: their path from the root of the project, and their text. */
export async function generatedPages(): Promise<ReadonlyMap<string, string>> {
  const { program, helpOf } = await documentedProgram();
  const sections = sectionsFor(program);
  return new Map([
    ['docs/memory-map.md', memoryMapMarkdown(DOCUMENTED)],
    ['docs/reference/cli.md', commandReference(program, helpOf)],
    ...pagesWithMarkers().map(([path, page]) => [path, fillSections(page, sections)] as const),
  ]);
}

/** Returns the Markdown pages of the project, by their path from its root. */
export function markdownPages(): readonly (readonly [path: string, text: string])[] {
  const inDocs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name.replaceAll('\\', '/')}`);
  const inRoot = readdirSync(ROOT);
  return [...inRoot, ...inDocs]
    .filter((path) => path.endsWith('.md') && !NOT_OURS.test(path))
    .toSorted()
    .map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]);
}

function pagesWithMarkers(): readonly (readonly [path: string, text: string])[] {
  return markdownPages().filter(([, text]) => text.includes(MARKER));
}
