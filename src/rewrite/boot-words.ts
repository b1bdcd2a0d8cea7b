/**
 * Words whose reads are no scheduling points, about half of all reads:
 *
 *     config    written before the first thread starts and never again (memory/config.ts)
 *     switches  written only in a stopped world (heap/switches.ts): no other thread is between two safe points. Writes are
 *               scheduling points, so the monitors see one that happens elsewhere.
 */
import type { Scopes } from './scopes.ts';
import { MEMORY, type AnyNode } from './syntax.ts';

interface Scoped {
  readonly scopes: Scopes;
}

const RECORDS: readonly unknown[] = ['config', 'switches'];
const MAKER = 'globalRecord';

/** Is `node` an `m[CONFIG + Config.at.…]`, written out or through a constant, or the like of another such record? */
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
  return name?.type === 'Literal' && RECORDS.includes(name.value);
}

/** Returns the initializer of a module-level constant, and any other node itself. */
function valueOf(program: Scoped, node: AnyNode): AnyNode {
  if (node.type !== 'Identifier') return node;
  const binding = program.scopes.bindings.get(node);
  if (binding === undefined || binding.owner !== null || binding.kind !== 'const') return node;
  return binding.declaration.type === 'VariableDeclarator' && binding.declaration.init ? binding.declaration.init : node;
}
