/** What a module imports. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

export interface ModuleGraph {
  /** Every file that is loaded with the module, itself included. */
  readonly files: ReadonlySet<string>;
  /** The packages that these files import. */
  readonly packages: ReadonlySet<string>;
}

/** Returns what the module at `file` loads before it runs: without types, and without what is imported when it is needed. */
export function moduleGraph(file: string): ModuleGraph {
  const files = new Set<string>();
  const packages = new Set<string>();
  function visit(path: string): void {
    // The text of a mutant may have the imports of another file.
    if (files.has(path) || !existsSync(path)) return;
    files.add(path);
    for (const [, name] of readFileSync(path, 'utf8').matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?from '([^']+)'/gms)) {
      if (name.startsWith('.')) visit(resolve(dirname(path), name));
      else packages.add(name);
    }
  }
  visit(file);
  return { files, packages };
}
