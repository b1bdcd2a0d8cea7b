/**
 * Words that are written before the first thread starts and never again: the record `config`
 * (memory/config.ts). No thread can change one in between, so a read of one is no scheduling
 * point. Such reads are about half of all reads.
 */
import type { Scopes } from './scopes.ts';
import { MEMORY, type AnyNode } from './syntax.ts';

interface Scoped {
  readonly scopes: Scopes;
}

const RECORD = 'config';
const MAKER = 'globalRecord';

/** Is `node` an `m[CONFIG + Config.at.…]`, written out or through a constant? */
export function isBootWord(program: Scoped, node: AnyNode): boolean {
  if (node.type !== 'MemberExpression' || !node.computed) return false;
  if (node.object.type !== 'Identifier' || node.object.name !== MEMORY) return false;
  return isInRecord(program, node.property);
}

function isInRecord(program: Scoped, index: AnyNode): boolean {
  const value = valueOf(program, index);
  if (value.type !== 'BinaryExpression' || value.operator !== '+') return false;
  return isRecord(valueOf(program, value.left)) && value.right.type === 'MemberExpression' && !value.right.computed;
}

function isRecord(node: AnyNode): boolean {
  if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier' || !node.callee.name.startsWith(MAKER)) return false;
  const [name] = node.arguments;
  return name?.type === 'Literal' && name.value === RECORD;
}

/** Returns the initializer of a module-level constant, and any other node itself. */
function valueOf(program: Scoped, node: AnyNode): AnyNode {
  if (node.type !== 'Identifier') return node;
  const binding = program.scopes.bindings.get(node);
  if (binding === undefined || binding.owner !== null || binding.kind !== 'const') return node;
  return binding.declaration.type === 'VariableDeclarator' && binding.declaration.init ? binding.declaration.init : node;
}
