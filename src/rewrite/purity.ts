/**
 * The index and operands of an access are evaluated before its scheduling point. An operand
 * whose value can't change in between may be evaluated after it, without a temporary.
 */
import { isBootWord } from './boot-words.ts';
import type { CoreProgram } from './program.ts';
import { walk, type AnyNode } from './syntax.ts';

const MATH = new Set(['imul', 'floor', 'ceil', 'trunc', 'min', 'max', 'abs', 'clz32', 'sign']);
/** Larger expressions get a temporary in any case, because the text is repeated. */
const LARGE = 9;

/** May `node` be evaluated after the operands `later`, and more than once? */
export function mayWait(program: CoreProgram, node: AnyNode, later: readonly AnyNode[]): boolean {
  if (node.type === 'Literal') return true;
  if (!isPure(program, node) || sizeOf(node) > LARGE) return false;
  return isConstant(program, node) || !later.some(writesLocals);
}

/** Does the expression depend on locals and constants alone, without side effects? */
export function isPure(program: CoreProgram, node: AnyNode): boolean {
  switch (node.type) {
    case 'Literal':
    case 'Identifier':
      return true;
    case 'UnaryExpression':
      return node.operator !== 'delete' && isPure(program, node.argument);
    case 'BinaryExpression':
      return node.left.type !== 'PrivateIdentifier' && isPure(program, node.left) && isPure(program, node.right);
    case 'LogicalExpression':
      return isPure(program, node.left) && isPure(program, node.right);
    case 'ConditionalExpression':
      return isPure(program, node.test) && isPure(program, node.consequent) && isPure(program, node.alternate);
    case 'MemberExpression':
      if (isBootWord(program, node)) return true;
      return isModuleConstant(program, node) && (!node.computed || isPure(program, node.property));
    case 'CallExpression':
      return isMath(program, node.callee) && node.arguments.every((each) => isPure(program, each));
    default:
      return false;
  }
}

/** Is the binding constant while a function runs? */
function isConstant(program: CoreProgram, node: AnyNode): boolean {
  return node.type === 'Identifier' && program.scopes.bindings.get(node)?.owner === null;
}

/** Is it a member of a table at module level? Such tables are immutable by convention. */
function isModuleConstant(program: CoreProgram, node: AnyNode): boolean {
  if (node.type === 'MemberExpression') return isModuleConstant(program, node.object);
  return isConstant(program, node);
}

function isMath(program: CoreProgram, callee: AnyNode): boolean {
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') return false;
  const object = callee.object;
  return object.type === 'Identifier' && object.name === 'Math' && !program.scopes.bindings.has(object) && MATH.has(callee.property.name);
}

function writesLocals(node: AnyNode): boolean {
  let writes = false;
  walk(node, (each) => {
    if (each.type === 'UpdateExpression') writes ||= each.argument.type === 'Identifier';
    if (each.type === 'AssignmentExpression') writes ||= each.left.type !== 'MemberExpression';
  });
  return writes;
}

export function sizeOf(node: AnyNode): number {
  let size = 0;
  walk(node, () => size++);
  return size;
}
