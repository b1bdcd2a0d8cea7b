/**
 * Finds plain accesses of atomic fields. A field whose name in a declaration starts with `x`
 * is touched by Atomics only (memory/struct.ts). Its offset reaches an access through names;
 * the check follows it through
 *
 *   1. the field itself: `S.at.xfoo`,
 *   2. destructuring: `const { xfoo: XFOO } = S.at`,
 *   3. constants: `const AT = R + S.at.xfoo`, at module level or in a function,
 *   4. sums and differences, choices and parentheses: `m[s + XFOO + 1]`,
 *   5. functions that return one of these: `return s + XFOO`.
 *
 * It does not follow parameters: a function such as racyLoad argues its own accesses. An
 * offset stored in the memory is out of its sight as well.
 */
import { functionAround, isBytes, isMemory, type CoreProgram } from './program.ts';
import type { Report } from './problems.ts';
import { walk, type AnyNode } from './syntax.ts';

const ATOMIC_NAME = /^x[a-z]/;
/** Operators through which an offset stays one. */
const SUMS = new Set(['+', '-', '|', '<<', '>>', '>>>', '*']);
/** By method of the memory, the arguments that are the first word of a range. */
const RANGES: Readonly<Record<string, readonly number[]>> = { fill: [1], copyWithin: [0, 1] };

/** Reports each plain access of the memory, or of its bytes, at an atomic field. */
export function checkAtomicFields(program: CoreProgram, report: Report): void {
  const followed = new Map<AnyNode, string | null>();
  const check = (node: AnyNode): void => {
    const field = fieldIn(program, node, followed);
    if (field !== null) report(node, `${field} is an atomic field: use Atomics, or racyLoad and racyStore with an argument`);
  };
  walk(program.program, (node) => {
    if (node.type !== 'MemberExpression' || !(isMemory(program, node.object) || isBytes(program, node.object))) return;
    if (node.computed) check(node.property);
    else if (node.property.type === 'Identifier') {
      const call = program.parents.get(node);
      if (call?.type === 'CallExpression' && call.callee === node) for (const i of RANGES[node.property.name] ?? []) if (call.arguments[i] !== undefined) check(call.arguments[i]);
    }
  });
}

/** The atomic field whose offset the value of `node` contains; null for none. */
function fieldIn(program: CoreProgram, node: AnyNode, followed: Map<AnyNode, string | null>): string | null {
  const known = followed.get(node);
  if (known !== undefined) return known;
  // A recursive function leads back here: nothing is known of it until it is followed.
  followed.set(node, null);
  const found = follow(program, node, followed);
  followed.set(node, found);
  return found;
}

function follow(program: CoreProgram, node: AnyNode, followed: Map<AnyNode, string | null>): string | null {
  const among = (...nodes: readonly AnyNode[]): string | null => {
    for (const each of nodes) {
      const found = fieldIn(program, each, followed);
      if (found !== null) return found;
    }
    return null;
  };
  switch (node.type) {
    case 'MemberExpression':
      return isOffsets(program, node.object) ? fieldNamed(node.property) : null;
    case 'Identifier':
      return followName(program, node, among);
    case 'BinaryExpression':
      return SUMS.has(node.operator) ? among(node.left, node.right) : null;
    case 'ConditionalExpression':
      return among(node.consequent, node.alternate);
    case 'LogicalExpression':
      return among(node.left, node.right);
    case 'AssignmentExpression':
      return among(node.right);
    case 'SequenceExpression':
      return among(node.expressions.at(-1)!);
    case 'ParenthesizedExpression':
      return among(node.expression);
    case 'CallExpression':
      return among(...returnsOf(program, node.callee));
    default:
      return null;
  }
}

function followName(program: CoreProgram, name: AnyNode, among: (...nodes: readonly AnyNode[]) => string | null): string | null {
  const binding = program.scopes.bindings.get(name);
  if (binding === undefined) return null;
  const { declaration } = binding;
  if (declaration.type !== 'VariableDeclarator' || !declaration.init) return null;
  if (declaration.id.type === 'Identifier') return among(declaration.init);
  return declaration.id.type === 'ObjectPattern' ? destructured(program, declaration.id, declaration.init, binding.id) : null;
}

/** The atomic field that `id` in `pattern` takes from `value`, which is offsets or, `{ at: { … } }`, a record. */
function destructured(program: CoreProgram, pattern: AnyNode & { type: 'ObjectPattern' }, value: AnyNode | null, id: AnyNode): string | null {
  for (const property of pattern.properties) {
    if (property.type !== 'Property') continue;
    const target = property.value.type === 'AssignmentPattern' ? property.value.left : property.value;
    if (target === id) return value === null || isOffsets(program, value) ? fieldNamed(property.key) : null;
    if (target.type === 'ObjectPattern' && property.key.type === 'Identifier' && property.key.name === 'at') {
      const found = destructured(program, target, null, id);
      if (found !== null) return found;
    }
  }
  return null;
}

/** Is `node` the offsets of a record: `S.at`, or a name for that? */
function isOffsets(program: CoreProgram, node: AnyNode): boolean {
  if (node.type === 'MemberExpression') return !node.computed && node.property.type === 'Identifier' && node.property.name === 'at';
  if (node.type !== 'Identifier') return false;
  const declaration = program.scopes.bindings.get(node)?.declaration;
  if (declaration?.type !== 'VariableDeclarator' || !declaration.init) return false;
  if (declaration.id.type === 'Identifier') return isOffsets(program, declaration.init);
  if (declaration.id.type !== 'ObjectPattern') return false;
  return declaration.id.properties.some((each) => each.type === 'Property' && each.key.type === 'Identifier' && each.key.name === 'at' && each.value.type === 'Identifier' && program.scopes.bindings.get(node)?.id === each.value);
}

function fieldNamed(key: AnyNode): string | null {
  if (key.type === 'Literal') return typeof key.value === 'string' && ATOMIC_NAME.test(key.value) ? key.value : null;
  return key.type === 'Identifier' && ATOMIC_NAME.test(key.name) ? key.name : null;
}

/** What the function called `callee` returns, in all its return statements. */
function returnsOf(program: CoreProgram, callee: AnyNode): AnyNode[] {
  const declaration = program.scopes.bindings.get(callee)?.declaration;
  if (declaration?.type !== 'FunctionDeclaration') return [];
  const returns: AnyNode[] = [];
  walk(declaration.body, (node) => {
    if (node.type === 'ReturnStatement' && node.argument && functionAround(program, node) === declaration) returns.push(node.argument);
  });
  return returns;
}
