/** The syntax tree of the bundle, with the children and parents of each node. */
import { parse, type AnyNode, type CallExpression, type FunctionDeclaration, type Identifier, type MemberExpression } from 'acorn';

export type { AnyNode, CallExpression, FunctionDeclaration, Identifier, MemberExpression };

/** The name of the shared memory's parameter in every function that takes it. */
export const MEMORY = 'm';

export interface Syntax {
  /** The parsed text, with comments blanked so that slices can be joined to one line. */
  readonly text: string;
  readonly program: AnyNode;
  readonly parents: ReadonlyMap<AnyNode, AnyNode>;
}

/** Parses a module. */
export function parseModule(code: string): Syntax {
  const blanked = code.split('');
  const program = parse(code, {
    ecmaVersion: 'latest',
    sourceType: 'module',
    onComment(_block, _text, start, end) {
      for (let i = start; i < end; i++) if (blanked[i] !== '\n') blanked[i] = ' ';
    },
  }) as AnyNode;
  const parents = new Map<AnyNode, AnyNode>();
  walk(program, (node) => {
    for (const child of childrenOf(node)) parents.set(child, node);
  });
  return { text: blanked.join(''), program, parents };
}

/** Calls `visit` for `node` and all its descendants, in preorder. */
export function walk(node: AnyNode, visit: (node: AnyNode) => void): void {
  visit(node);
  for (const child of childrenOf(node)) walk(child, visit);
}

/** Returns the children of `node` in source order. They are cached: no pass changes the tree. */
export function childrenOf(node: AnyNode): readonly AnyNode[] {
  const known = node as AnyNode & { [CHILDREN]?: readonly AnyNode[] };
  return (known[CHILDREN] ??= collectChildren(node));
}

const CHILDREN = Symbol('children');

function collectChildren(node: AnyNode): AnyNode[] {
  // A shorthand property holds its identifier twice.
  if (node.type === 'Property' && node.shorthand) return [node.value];
  const children: AnyNode[] = [];
  for (const value of Object.values(node) as unknown[]) {
    if (Array.isArray(value)) {
      for (const item of value as unknown[]) if (isNode(item)) children.push(item);
    } else if (isNode(value)) {
      children.push(value);
    }
  }
  return children.sort((a, b) => a.start - b.start);
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

/** Returns the `op` of a call `Atomics.op(…)`, and null for any other call. */
export function atomicsOp(call: AnyNode): string | null {
  if (call.type !== 'CallExpression') return null;
  const callee = call.callee;
  if (callee.type !== 'MemberExpression' || callee.computed) return null;
  if (callee.object.type !== 'Identifier' || callee.object.name !== 'Atomics') return null;
  return callee.property.type === 'Identifier' ? callee.property.name : null;
}

export function isFunction(node: AnyNode): boolean {
  return node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression';
}
