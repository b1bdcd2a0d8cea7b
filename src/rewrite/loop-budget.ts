/**
 * Counts the iterations of loops in a user's module. An endless loop without an access to the
 * shared memory would never return to the scheduler. `$tick` is in the prologue. Needs the build
 * tools.
 */
import MagicString from 'magic-string';
import { walk, type AnyNode } from './syntax.ts';
import { parseUserModule } from './user-syntax.ts';

const LOOPS: ReadonlySet<string> = new Set(['ForStatement', 'ForInStatement', 'ForOfStatement', 'WhileStatement', 'DoWhileStatement']);
const COUNT = '$tick();';

/** Returns `code`, the source at `path`, with a count at the start of each loop body; null if it has no loop or does not parse. */
export function countLoops(code: string, path: string): { code: string; map: ReturnType<MagicString['generateMap']> } | null {
  const counted = new MagicString(code);
  for (const body of bodiesOf(code, path)) {
    if (body.type === 'BlockStatement') counted.appendRight(body.start + 1, COUNT);
    else counted.appendRight(body.start, `{ ${COUNT} `).appendLeft(body.end, ' }');
  }
  return counted.hasChanged() ? { code: counted.toString(), map: counted.generateMap({ source: path, hires: true, includeContent: true }) } : null;
}

function bodiesOf(code: string, path: string): AnyNode[] {
  const bodies: AnyNode[] = [];
  try {
    walk(parseUserModule(code, path), (node) => {
      if (LOOPS.has(node.type)) bodies.push((node as AnyNode & { body: AnyNode }).body);
    });
  } catch {
    // The bundler reports what does not parse.
  }
  return bodies;
}
