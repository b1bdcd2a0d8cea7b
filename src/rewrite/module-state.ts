/**
 * Checks for state outside `m` that simulated threads would touch, and for sources of chance.
 * Real workers each have a copy of such state; simulated threads share one, and the reset
 * between executions does not reach it.
 */
import type { Report } from './problems.ts';
import type { CoreProgram } from './program.ts';
import { namesIn, type Binding } from './scopes.ts';
import { isFunction, walk, type AnyNode } from './syntax.ts';

const MUTATORS = new Set(['push', 'pop', 'shift', 'unshift', 'splice', 'sort', 'reverse', 'fill', 'copyWithin', 'set', 'add', 'delete', 'clear']);
/** Members of globals that differ from run to run; null: all members. */
const CHANCE: Readonly<Record<string, readonly string[] | null>> = {
  Math: ['random'],
  Date: null,
  performance: null,
  process: null,
  crypto: null,
};

export function checkModuleState(program: CoreProgram, report: Report): void {
  for (const binding of program.scopes.declared) {
    if (binding.owner === null && binding.kind === 'let' && isTopLevel(program, binding)) {
      report(binding.id, `module-level let ${binding.name}: state belongs in m`);
    }
  }
  for (const root of reachable(program)) {
    walk(root, (node) => {
      checkWrite(program, node, report);
      checkChance(program, node, report);
    });
  }
}

/** Returns the bodies that simulated threads can run: those of shared functions and, transitively, of what they refer to. */
function reachable(program: CoreProgram): ReadonlySet<AnyNode> {
  const roots = new Set<AnyNode>(program.shared.keys());
  for (const root of roots) {
    walk(root, (node) => {
      const binding = program.scopes.bindings.get(node);
      if (binding === undefined || binding.owner !== null) return;
      const code = codeOf(binding);
      if (code !== null) roots.add(code);
    });
  }
  return roots;
}

function codeOf(binding: Binding): AnyNode | null {
  const node = binding.declaration;
  if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') return node;
  if (node.type !== 'VariableDeclarator' || !node.init) return null;
  return isFunction(node.init) || node.init.type === 'ClassExpression' ? node.init : null;
}

function checkWrite(program: CoreProgram, node: AnyNode, report: Report): void {
  let target: AnyNode | null = null;
  if (node.type === 'AssignmentExpression') target = node.left;
  else if (node.type === 'UpdateExpression') target = node.argument;
  else if (node.type === 'UnaryExpression' && node.operator === 'delete') target = node.argument;
  else if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') {
    const method = node.callee.property;
    if (method.type === 'Identifier' && !node.callee.computed && MUTATORS.has(method.name)) target = node.callee.object;
  }
  if (target === null) return;
  for (const root of target.type === 'ArrayPattern' || target.type === 'ObjectPattern' ? namesIn(target) : [rootOf(target)]) {
    const binding = program.scopes.bindings.get(root);
    if (binding !== undefined && binding.owner === null && isTopLevel(program, binding)) {
      report(node, `${binding.name} is changed by a simulated thread: state belongs in m`);
    }
  }
}

function checkChance(program: CoreProgram, node: AnyNode, report: Report): void {
  if (node.type !== 'Identifier' || !Object.hasOwn(CHANCE, node.name) || program.scopes.bindings.has(node)) return;
  const parent = program.parents.get(node);
  const members = CHANCE[node.name];
  if (parent?.type === 'MemberExpression' && parent.object === node && parent.property.type === 'Identifier') {
    if (members === null || members.includes(parent.property.name)) {
      report(node, `${node.name}.${parent.property.name} makes executions differ; use nanotime or a seeded generator`);
    }
  } else if (members === null && parent?.type === 'NewExpression') {
    report(node, `new ${node.name} makes executions differ; use nanotime`);
  }
}

function rootOf(node: AnyNode): AnyNode {
  return node.type === 'MemberExpression' ? rootOf(node.object) : node;
}

/** Is the binding visible to the whole module, not local to a block at module level? */
export function isTopLevel(program: CoreProgram, binding: Binding): boolean {
  let at = program.parents.get(binding.id);
  while (at !== undefined && at.type !== 'Program') {
    if (at.type === 'BlockStatement' || at.type === 'ForStatement' || at.type === 'ForOfStatement' || at.type === 'ForInStatement') return false;
    at = program.parents.get(at);
  }
  return true;
}
