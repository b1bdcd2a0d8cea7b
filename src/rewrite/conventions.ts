/**
 * Checks the conventions of the core's source. A breach would make the rewriting wrong without
 * an error: an access it can't see, state it can't reset, or a result that differs from run to
 * run.
 */
import { isBytes, isCallee, functionAround, isMemory, passesMemory, calleeOf, BYTES, BYTE_VIEW, type CoreProgram } from './program.ts';
import { MEMORY, atomicsOp, isFunction, walk, type AnyNode, type CallExpression, type MemberExpression } from './syntax.ts';
import { checkAtomicFields } from './atomic-fields.ts';
import { checkModuleState } from './module-state.ts';
import type { Report } from './problems.ts';

const ATOMICS = new Set(['load', 'store', 'add', 'sub', 'and', 'or', 'xor', 'exchange', 'compareExchange', 'wait', 'notify']);
const RANGE_STEPS = new Set(['fill', 'copyWithin']);

export function checkConventions(program: CoreProgram, report: Report): void {
  for (const binding of program.scopes.declared) {
    if (binding.name === BYTES && !isViewDeclaration(binding.declaration) && !isViewParameter(binding.declaration, binding.id)) {
      report(binding.id, 'm8 names the byte view: it may only be declared as const m8 = byteView(m), or be the parameter after m');
    }
    if (binding.name === MEMORY) checkDeclaration(program, binding.declaration, binding.id, report);
  }
  for (const shared of program.shared.values()) {
    if (shared.node.async) report(shared.node, `${shared.name}: a function over m can't be async`);
    if (shared.node.generator) report(shared.node, `${shared.name}: a function over m can't be a generator`);
  }
  walk(program.program, (node) => {
    if (isMemory(program, node) || isBytes(program, node)) checkUse(program, node, report);
    if (node.type === 'CallExpression') checkCall(program, node, report);
    if (node.type === 'AssignmentPattern') checkDefault(program, node.right, report);
    if (node.type === 'Identifier' && node.name === 'Atomics') checkAtomics(program, node, report);
  });
  checkModuleState(program, report);
  checkAtomicFields(program, report);
}

function checkDeclaration(program: CoreProgram, declaration: AnyNode, id: AnyNode, report: Report): void {
  if (declaration.type === 'FunctionDeclaration' && declaration.params[0] === id) {
    if (functionAround(program, declaration) !== null) report(id, 'a function over m must be declared at module level');
  } else if (!isFunction(declaration)) {
    report(id, 'm names the shared memory: only a parameter may be called m');
  } else if (declaration.type !== 'FunctionDeclaration') {
    report(id, 'a function over m must be a plain function declaration, not a closure or method');
  } else {
    report(id, 'm must be the first parameter, without default or pattern');
  }
}

function isViewDeclaration(node: AnyNode): boolean {
  if (node.type !== 'VariableDeclarator' || node.init?.type !== 'CallExpression') return false;
  return node.init.callee.type === 'Identifier' && node.init.callee.name === BYTE_VIEW;
}

function isViewParameter(node: AnyNode, id: AnyNode): boolean {
  if (node.type !== 'FunctionDeclaration') return false;
  const [first, second] = node.params;
  return second === id && first.type === 'Identifier' && first.name === MEMORY;
}

/** Is the byte view passed as the argument right after the memory? */
function isPassedView(program: CoreProgram, node: AnyNode, parent: AnyNode): boolean {
  return parent.type === 'CallExpression' && passesMemory(program, parent) && parent.arguments[1] === node;
}

function checkUse(program: CoreProgram, node: AnyNode, report: Report): void {
  const { name, owner } = program.scopes.bindings.get(node)!;
  if (functionAround(program, node) !== owner) {
    report(node, `${name} is captured by a closure; pass it as the first argument of a plain function`);
    return;
  }
  const parent = program.parents.get(node)!;
  if (parent.type === 'MemberExpression' && parent.object === node) checkMember(program, parent, report);
  else if (name === BYTES) {
    if (!isPassedView(program, node, parent)) report(node, 'm8 is aliased: it may only be indexed, or passed as the argument after m');
  }
  else if (parent.type === 'CallExpression' && parent.arguments.includes(node as never)) {
    if (parent.arguments[0] !== node) report(node, 'm must be the first argument');
    else if (parent.optional) report(node, 'm is passed to an optional call');
  } else report(node, 'm is aliased: it may only be indexed or passed as the first argument');
}

function checkMember(program: CoreProgram, member: AnyNode, report: Report): void {
  if (member.type !== 'MemberExpression') return;
  const parent = program.parents.get(member)!;
  const view = member.object.type === 'Identifier' ? member.object.name : MEMORY;
  if (member.optional) report(member, `${view}?.[…]: it is never absent`);
  if (member.computed) {
    const target =
      (parent.type === 'UnaryExpression' && parent.operator === 'delete') ||
      ((parent.type === 'ForOfStatement' || parent.type === 'ForInStatement') && parent.left === member) ||
      (parent.type === 'AssignmentPattern' && parent.left === member) ||
      parent.type === 'ArrayPattern' ||
      parent.type === 'RestElement' ||
      (parent.type === 'Property' && program.parents.get(parent)!.type === 'ObjectPattern' && parent.value === member);
    if (target) report(member, `${view}[…] can only be written by an assignment of its own`);
    return;
  }
  const name = member.property.type === 'Identifier' ? member.property.name : '?';
  const called = parent.type === 'CallExpression' && parent.callee === member;
  if (name === 'length' && !called) return;
  if (called && view === MEMORY && RANGE_STEPS.has(name)) return;
  report(member, `${view}.${name}: only m[…], m.fill, m.copyWithin and m.length are known`);
}

function checkCall(program: CoreProgram, call: CallExpression, report: Report): void {
  const op = atomicsOp(call);
  if (op !== null) {
    if (!ATOMICS.has(op)) report(call, `Atomics.${op} has no counterpart in exploration`);
    else if (!passesMemory(program, call)) report(call, `Atomics.${op} on something other than m`);
    if (call.arguments.some((each) => each.type === 'SpreadElement')) report(call, `Atomics.${op} with spread arguments`);
    return;
  }
  const callee = calleeOf(program, call);
  if (passesMemory(program, call)) {
    const binding = program.scopes.bindings.get(call.callee);
    if (callee === 'plain' && binding?.name === BYTE_VIEW) {
      const parent = program.parents.get(call);
      if (parent?.type !== 'VariableDeclarator' || parent.id.type !== 'Identifier' || parent.id.name !== BYTES) {
        report(call, 'the byte view must be called m8');
      }
    } else if (callee === 'plain') report(call, `m is passed to ${binding?.name}, whose first parameter is not m`);
    else if (callee === null && call.callee.type === 'Identifier' && (binding === undefined || binding.kind === 'import')) {
      report(call, `m is passed to ${call.callee.name}, which is not part of the core`);
    }
  } else if (callee !== null && callee !== 'plain') {
    report(call, `${callee.name} must be called with m as its first argument`);
  }
}

/** A default value can't contain `yield`, so it can't contain an access. */
function checkDefault(program: CoreProgram, value: AnyNode, report: Report): void {
  walk(value, (node) => {
    if (isMemory(program, node)) report(node, 'm is used in a default value');
  });
}

/** Whether `member` is `.pause`, which reads no memory. */
function isPause({ property }: MemberExpression): boolean {
  return property.type === 'Identifier' && property.name === 'pause';
}

function checkAtomics(program: CoreProgram, node: AnyNode, report: Report): void {
  if (program.scopes.bindings.has(node)) return;
  const member = program.parents.get(node);
  if (member?.type !== 'MemberExpression') {
    if (member?.type !== 'Property' && member?.type !== 'MethodDefinition') report(node, 'Atomics is aliased');
  } else if (member.object === node && !isCallee(program, member) && !isPause(member)) {
    report(node, 'Atomics is used without calling it');
  }
}
