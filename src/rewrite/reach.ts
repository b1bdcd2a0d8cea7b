/** Finds the protocol edges that each export of the bundle can reach: those in the functions it refers to, transitively. */
import { isTopLevel } from './module-state.ts';
import type { CoreProgram } from './program.ts';
import type { Binding } from './scopes.ts';
import { walk, type AnyNode } from './syntax.ts';

/** By export: edge numbers, ascending. */
export type Reach = Readonly<Record<string, readonly number[]>>;

interface Declared {
  readonly edges: readonly number[];
  readonly refers: readonly Declaration[];
}
type Declaration = AnyNode;

export function reachOf(program: CoreProgram): Reach {
  const known = new Map<Declaration, Declared>();
  function declared(node: Declaration): Declared {
    let found = known.get(node);
    if (found === undefined) known.set(node, (found = lookInto(program, node)));
    return found;
  }
  const reach: Record<string, readonly number[]> = {};
  for (const [name, root] of exportsOf(program)) {
    const seen = new Set<Declaration>([root]);
    // Iterating over a set also visits elements that are added meanwhile.
    for (const each of seen) for (const next of declared(each).refers) seen.add(next);
    const edges = [...seen].flatMap((each) => declared(each).edges);
    if (edges.length > 0) reach[name] = [...new Set(edges)].sort((a, b) => a - b);
  }
  return reach;
}

function lookInto(program: CoreProgram, node: Declaration): Declared {
  const edges: number[] = [];
  const refers = new Set<Declaration>();
  walk(node, (each) => {
    if (each.type === 'MemberExpression' && each.object.type === 'Identifier' && each.object.name === '$edges' && each.property.type === 'Literal') edges.push(Number(each.property.value));
    const binding = program.scopes.bindings.get(each);
    if (binding !== undefined && isOfModule(program, binding)) refers.add(binding.declaration);
  });
  return { edges, refers: [...refers] };
}

function isOfModule(program: CoreProgram, binding: Binding): boolean {
  return binding.owner === null && binding.kind !== 'import' && isTopLevel(program, binding);
}

function* exportsOf(program: CoreProgram): Generator<readonly [name: string, declaration: Declaration]> {
  const { program: root, scopes } = program;
  if (root.type !== 'Program') return;
  for (const node of root.body) {
    if (node.type !== 'ExportNamedDeclaration') continue;
    for (const { local, exported } of node.specifiers) {
      const binding = scopes.bindings.get(local);
      if (binding !== undefined && exported.type === 'Identifier') yield [exported.name, binding.declaration];
    }
  }
}
