/**
 * Analyses ordinary code: which functions become coroutines.
 *
 * A function becomes one if its own body has an access that may be shared (`a[i]`, an operation of Atomics, a
 * method of a view), a call of something unknown, or a call of a function that becomes one. These can't:
 *
 * | function | what happens |
 * |---|---|
 * | async | always a coroutine; with super, new.target or a quoted name refused |
 * | constructor of a derived class, or one with new.target | runs atomically; a derived class without constructor and fields has its base's |
 * | generator with super | runs atomically from one yield to the next |
 * | async generator | refused |
 * | arrow function with super or new.target, accessor that is private or has a computed name | runs atomically |
 */
import { resolveScopes, type Binding, type Scopes } from '../scopes.ts';
import { atomicsOp, childrenOf, isFunction, walk, type AnyNode, type Syntax } from '../syntax.ts';
import { PURE, PURE_CLASSES, PURE_OBJECTS, STANDS_FOR } from './globals.ts';

export type FunctionNode = Extract<AnyNode, { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }>;
export type ClassNode = Extract<AnyNode, { type: 'ClassDeclaration' | 'ClassExpression' }>;
export type MethodNode = Extract<AnyNode, { type: 'MethodDefinition' }>;

export interface OrdinaryProgram extends Syntax {
  readonly scopes: Scopes;
  readonly coroutines: ReadonlySet<AnyNode>;
  /** The user's generators that may suspend. */
  readonly generators: ReadonlySet<AnyNode>;
  /** Names of getters and setters that are coroutines. */
  readonly accessors: ReadonlySet<string>;
  /** Names of private methods that are coroutines, with #. */
  readonly privateMethods: ReadonlySet<string>;
  /** Variables that are assigned after their declaration. */
  readonly assigned: ReadonlySet<Binding>;
  /** Something in it runs later than its call: async functions, promises, timers. */
  readonly isAsync: boolean;
  /** It calls Atomics.waitAsync. */
  readonly waitsAsync: boolean;
}

/** Finds the functions that become coroutines. */
export function analyseOrdinary(syntax: Syntax): OrdinaryProgram {
  const scopes = resolveScopes(syntax.program);
  const assigned = assignedIn(syntax, scopes);
  const callers = new Map<AnyNode, FunctionNode[]>();
  const coroutines = new Set<AnyNode>();
  const functions: FunctionNode[] = [];
  walk(syntax.program, (node) => {
    if (isFunction(node)) functions.push(node as FunctionNode);
  });
  const accessors = new Set<string>();
  for (const fn of functions) {
    const name = accessorName(syntax, fn);
    if (name !== null) accessors.add(name);
  }
  for (const fn of functions.filter((each) => canSuspend(syntax, each))) {
    if (fn.async) coroutines.add(fn);
    for (const node of ownNodes(fn)) {
      const callee = knownCallee(scopes, assigned, node);
      if (callee !== null) callers.set(callee, [...(callers.get(callee) ?? []), fn]);
      else if (mayReach(scopes, accessors, node)) coroutines.add(fn);
    }
  }
  for (const each of coroutines) for (const caller of callers.get(each) ?? []) coroutines.add(caller);
  const generators = new Set<AnyNode>(functions.filter((fn) => fn.generator && !fn.async && !lexicallyNeeds(fn, ['Super', 'MetaProperty']) && [...ownNodes(fn)].some((node) => mayReach(scopes, accessors, node) || node.type === 'YieldExpression')));
  const privateMethods = closeOverPrivateNames(syntax, functions, coroutines);
  const suspending = functions.filter((fn) => coroutines.has(fn)).map((fn) => accessorName(syntax, fn)).filter((name) => name !== null);
  return { ...syntax, scopes, coroutines, generators, assigned, accessors: new Set(suspending), privateMethods, ...lateness(syntax, scopes, functions) };
}

/** Finds out what of the program runs late. */
function lateness({ program }: Syntax, scopes: Scopes, functions: readonly FunctionNode[]): Pick<OrdinaryProgram, 'isAsync' | 'waitsAsync'> {
  let [isAsync, waitsAsync] = [functions.some((fn) => fn.async), false];
  walk(program, (node) => {
    if (node.type === 'Identifier' && Object.hasOwn(STANDS_FOR, node.name) && isGlobal(scopes, node)) isAsync = true;
    if (node.type === 'CallExpression' && atomicsOp(node) === 'waitAsync') waitsAsync = true;
  });
  return { isAsync: isAsync || waitsAsync, waitsAsync };
}

/**
 * Private methods are called by name alone, and two classes may use one name: either all methods of a name are
 * coroutines, or calls of it don't count on it. Returns the names for which they are.
 */
function closeOverPrivateNames(syntax: Syntax, functions: readonly FunctionNode[], coroutines: Set<AnyNode>): Set<string> {
  const byName = new Map<string, FunctionNode[]>();
  for (const fn of functions) {
    const parent = syntax.parents.get(fn);
    if (parent?.type !== 'MethodDefinition' || parent.key.type !== 'PrivateIdentifier') continue;
    const name = `#${parent.key.name}`;
    byName.set(name, [...(byName.get(name) ?? []), fn]);
  }
  const names = new Set<string>();
  for (const [name, methods] of byName) {
    if (!methods.some((each) => coroutines.has(each)) || !methods.every((each) => canSuspend(syntax, each))) continue;
    for (const each of methods) coroutines.add(each);
    names.add(name);
  }
  return names;
}

/** Reports whether `node` is the global `name`. */
export function isGlobal(scopes: Scopes, node: AnyNode, name?: string): boolean {
  return node.type === 'Identifier' && !scopes.bindings.has(node) && (name === undefined || node.name === name);
}

/** Returns `Math.random` for a call or `new` of that global function, also without the object; null for any other callee. */
export function globalName(scopes: Scopes, callee: AnyNode): string | null {
  if (callee.type === 'Identifier') return isGlobal(scopes, callee) ? callee.name : null;
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') return null;
  return isGlobal(scopes, callee.object) && callee.object.type === 'Identifier' ? `${callee.object.name}.${callee.property.name}` : null;
}

/** Reports whether a call or `new` neither reaches shared memory nor calls back. */
export function isPureCall(scopes: Scopes, node: AnyNode): boolean {
  if (node.type === 'NewExpression') return PURE_CLASSES.has(globalName(scopes, node.callee) ?? '') && !node.arguments.some((each) => each.type === 'SpreadElement');
  if (node.type !== 'CallExpression') return false;
  const name = globalName(scopes, node.callee) ?? '';
  return PURE.has(name) || PURE_OBJECTS.has(name.split('.')[0]);
}

/** Returns the declared function that `node` calls; null if it is no such call. */
export function knownCallee(scopes: Scopes, assigned: ReadonlySet<Binding>, node: AnyNode): FunctionNode | null {
  if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier' || node.optional) return null;
  const binding = scopes.bindings.get(node.callee);
  if (binding?.kind !== 'function' || assigned.has(binding) || binding.declaration.type !== 'FunctionDeclaration') return null;
  return binding.declaration as FunctionNode;
}

/** Returns `size` for the function of `get size()` or `set size(x)` with a plain name; null for any other function. */
export function accessorName({ parents }: Syntax, fn: AnyNode): string | null {
  const parent = parents.get(fn);
  if (parent?.type !== 'MethodDefinition' && parent?.type !== 'Property') return null;
  if (parent.kind !== 'get' && parent.kind !== 'set') return null;
  return !parent.computed && parent.key.type === 'Identifier' ? parent.key.name : null;
}

/** Yields the nodes that run as part of a call of `fn`, without its parameters: no nested function, no nested class. */
export function* ownNodes(fn: FunctionNode): Generator<AnyNode> {
  yield* within(fn.body);
}

function* within(node: AnyNode): Generator<AnyNode> {
  yield node;
  for (const child of childrenOf(node)) if (!isFunction(child) && child.type !== 'ClassBody') yield* within(child);
}

function mayReach(scopes: Scopes, accessors: ReadonlySet<string>, node: AnyNode): boolean {
  switch (node.type) {
    case 'MemberExpression':
      return node.computed || (node.property.type === 'Identifier' && accessors.has(node.property.name));
    case 'CallExpression':
      return atomicsOp(node) !== null || !isPureCall(scopes, node);
    case 'NewExpression':
      return !isPureCall(scopes, node);
    case 'ForOfStatement':
    case 'SpreadElement':
    case 'ArrayPattern':
      return true;
    default:
      return false;
  }
}

/** Reports whether `fn` may be made a coroutine. */
function canSuspend({ parents }: Syntax, fn: FunctionNode): boolean {
  if (fn.generator) return false;
  const parent = parents.get(fn)!;
  if (fn.async && lexicallyNeeds(fn, ['Super', 'MetaProperty'])) return false;
  if (fn.type === 'FunctionDeclaration') return parent.type === 'Program' || parent.type === 'BlockStatement';
  if (lexicallyNeeds(fn, fn.type === 'ArrowFunctionExpression' ? ['Super', 'MetaProperty'] : ['MetaProperty'])) return false;
  if (parent.type === 'MethodDefinition') {
    if (parent.computed) return parent.kind === 'method';
    if (parent.kind === 'constructor') return !isDerived(parents.get(parents.get(parent)!) as ClassNode);
    return parent.key.type === 'Identifier' || (parent.kind === 'method' && parent.key.type === 'PrivateIdentifier');
  }
  if (parent.type === 'Property' && (parent.method || parent.kind !== 'init')) return parent.computed ? parent.method : parent.key.type === 'Identifier' && parent.key.name !== '__proto__';
  return true;
}

function isDerived({ superClass }: ClassNode): boolean {
  return superClass !== null && superClass !== undefined;
}

/** Reports whether `fn` itself, or an arrow function in it, contains a node of one of `types`. */
export function lexicallyNeeds(fn: AnyNode, types: readonly string[], name = ''): boolean {
  return childrenOf(fn).some(function needs(node): boolean {
    if (types.includes(node.type) || (name !== '' && node.type === 'Identifier' && node.name === name)) return true;
    if (node.type === 'FunctionExpression' || node.type === 'FunctionDeclaration' || node.type === 'ClassBody') return false;
    return childrenOf(node).some(needs);
  });
}

function assignedIn({ program }: Syntax, { bindings }: Scopes): Set<Binding> {
  const assigned = new Set<Binding>();
  function note(target: AnyNode): void {
    if (target.type === 'MemberExpression') return;
    const binding = bindings.get(target);
    if (binding !== undefined) assigned.add(binding);
    if (target.type === 'AssignmentPattern') note(target.left);
    else if (target.type !== 'Identifier') for (const child of childrenOf(target)) note(child.type === 'Property' ? child.value : child);
  }
  walk(program, (node) => {
    if (node.type === 'AssignmentExpression') note(node.left);
    else if (node.type === 'UpdateExpression') note(node.argument);
    else if ((node.type === 'ForOfStatement' || node.type === 'ForInStatement') && node.left.type !== 'VariableDeclaration') note(node.left);
  });
  return assigned;
}
