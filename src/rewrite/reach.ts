/**
 * Finds the protocol edges that each export of the bundle can reach: those in the functions it
 * refers to, transitively. A function in a property of an object counts only if reached code names
 * that property, so that a table of collectors does not make every function reach all of them. Code that
 * only compares the property, to see whether it is there, does not call what it holds.
 */
import { isTopLevel } from './module-state.ts';
import type { CoreProgram } from './program.ts';
import type { Binding } from './scopes.ts';
import { childrenOf, isFunction, walk, type AnyNode } from './syntax.ts';

/** By export: edge numbers, ascending. */
export type Reach = Readonly<Record<string, readonly number[]>>;

/** What a piece of code contains itself. */
interface Found {
  readonly edges: number[];
  /** Declarations at module level that it refers to. */
  readonly refers: Set<AnyNode>;
  /** Names of properties that it reads. */
  readonly reads: Set<string>;
  /** Functions in properties of its objects, by the property's name. */
  readonly properties: Map<string, AnyNode[]>;
}

export function reachOf(program: CoreProgram): Reach {
  const known = new Map<AnyNode, Found>();
  const indexed = indexedTables(program);
  function found(node: AnyNode): Found {
    let result = known.get(node);
    if (result === undefined) known.set(node, (result = lookInto(program, node, indexed.has(node))));
    return result;
  }
  const reach: Record<string, readonly number[]> = {};
  for (const [name, root] of exportsOf(program)) {
    const edges = new Set<number>();
    for (const each of reachedFrom(root, found)) for (const edge of found(each).edges) edges.add(edge);
    if (edges.size > 0) reach[name] = [...edges].sort((a, b) => a - b);
  }
  return reach;
}

/** Returns the declarations, and the values of properties, that `root` reaches. */
function reachedFrom(root: AnyNode, found: (node: AnyNode) => Found): ReadonlySet<AnyNode> {
  const reached = new Set<AnyNode>([root]);
  const reads = new Set<string>();
  const waiting = new Map<string, Set<AnyNode>>();
  // Iterating over a set also visits elements that are added meanwhile.
  for (const each of reached) {
    const { refers, reads: names, properties } = found(each);
    for (const next of refers) reached.add(next);
    for (const [name, values] of properties) {
      for (const value of values) (reads.has(name) ? reached : setAt(waiting, name)).add(value);
    }
    for (const name of names) {
      reads.add(name);
      for (const value of waiting.get(name) ?? []) reached.add(value);
    }
  }
  return reached;
}

function setAt(map: Map<string, Set<AnyNode>>, name: string): Set<AnyNode> {
  let set = map.get(name);
  if (set === undefined) map.set(name, (set = new Set()));
  return set;
}

function lookInto(program: CoreProgram, root: AnyNode, isIndexed: boolean): Found {
  const found: Found = { edges: [], refers: new Set(), reads: new Set(), properties: new Map() };
  function visit(node: AnyNode): void {
    const property = isIndexed ? null : functionProperty(program, node);
    if (property !== null) {
      found.properties.set(property.name, [...(found.properties.get(property.name) ?? []), property.value]);
      return;
    }
    if (node.type === 'MemberExpression') {
      if (node.object.type === 'Identifier' && node.object.name === '$edges' && node.property.type === 'Literal') found.edges.push(Number(node.property.value));
      if (!node.computed && node.property.type === 'Identifier' && !isCompared(program, node)) found.reads.add(node.property.name);
    }
    if (node.type === 'ObjectPattern') {
      for (const each of node.properties) if (each.type === 'Property' && each.key.type === 'Identifier') found.reads.add(each.key.name);
    }
    const binding = program.scopes.bindings.get(node);
    if (binding !== undefined && isOfModule(program, binding)) found.refers.add(binding.declaration);
    for (const child of childrenOf(node)) visit(child);
  }
  visit(root);
  return found;
}

/** A property of an object literal that holds a function, as `mark` in `{ mark: markBitmap }`; null for any other node. */
function functionProperty(program: CoreProgram, node: AnyNode): { readonly name: string; readonly value: AnyNode } | null {
  if (node.type !== 'Property' || node.computed || node.key.type !== 'Identifier') return null;
  if (program.parents.get(node)?.type !== 'ObjectExpression') return null;
  const { value } = node;
  const isNamed = value.type === 'Identifier' && program.scopes.bindings.get(value)?.declaration.type === 'FunctionDeclaration';
  return isNamed || isFunction(value) ? { name: node.key.name, value } : null;
}

/** `node` is a side of `===` or `!==`. */
function isCompared(program: CoreProgram, node: AnyNode): boolean {
  const parent = program.parents.get(node);
  return parent?.type === 'BinaryExpression' && (parent.operator === '===' || parent.operator === '!==');
}

/** Declarations of tables that code somewhere indexes, `TABLE[name]`: any property of these may be read. */
function indexedTables(program: CoreProgram): ReadonlySet<AnyNode> {
  const tables = new Set<AnyNode>();
  walk(program.program, (node) => {
    if (node.type !== 'MemberExpression' || !node.computed) return;
    const binding = program.scopes.bindings.get(node.object);
    if (binding !== undefined && isOfModule(program, binding)) tables.add(binding.declaration);
  });
  return tables;
}

function isOfModule(program: CoreProgram, binding: Binding): boolean {
  return binding.owner === null && binding.kind !== 'import' && isTopLevel(program, binding);
}

function* exportsOf(program: CoreProgram): Generator<readonly [name: string, declaration: AnyNode]> {
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
