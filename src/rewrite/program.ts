/**
 * Analyses the bundle: which functions take the shared memory, the call graph, and hence which
 * functions must be coroutines.
 */
import { isBootWord } from './boot-words.ts';
import { resolveScopes, type Binding, type Scopes } from './scopes.ts';
import { MEMORY, atomicsOp, isFunction, walk, type AnyNode, type CallExpression, type FunctionDeclaration, type Syntax } from './syntax.ts';

/** `const m8 = byteView(m)`, or the parameter after m: the byte view of the memory. */
export const BYTES = 'm8';
export const BYTE_VIEW = 'byteView';

export interface SharedFunction {
  readonly name: string;
  readonly node: FunctionDeclaration;
  readonly binding: Binding;
  /** Shared functions it calls by name. */
  readonly calls: Set<SharedFunction>;
  /** The function can suspend: it reaches an access, calls through a value, or is called through one. */
  coroutine: boolean;
}

export interface CoreProgram extends Syntax {
  readonly scopes: Scopes;
  /** By declaration. */
  readonly shared: ReadonlyMap<AnyNode, SharedFunction>;
}

/** Finds the shared functions and closes "is a coroutine" over the call graph. */
export function analyse(syntax: Syntax): CoreProgram {
  const scopes = resolveScopes(syntax.program);
  const shared = new Map<AnyNode, SharedFunction>();
  for (const binding of scopes.declared) {
    const node = binding.declaration;
    if (binding.kind !== 'function' || binding.owner !== null || node.type !== 'FunctionDeclaration') continue;
    const first = node.params[0];
    if (first === undefined || first.type !== 'Identifier' || first.name !== MEMORY) continue;
    shared.set(node, { name: binding.name, node: node as FunctionDeclaration, binding, calls: new Set(), coroutine: false });
  }
  const program: CoreProgram = { ...syntax, scopes, shared };
  for (const each of shared.values()) collect(program, each);
  for (const [reference, binding] of scopes.bindings) {
    const callee = binding.kind === 'function' ? shared.get(binding.declaration) : undefined;
    // A caller through a table or a parameter can't know its callee, so all such functions are
    // coroutines. So are exports: a scenario may start any of them as a thread.
    if (callee !== undefined && !isCallee(program, reference)) callee.coroutine = true;
  }
  close(shared);
  return program;
}

function collect(program: CoreProgram, caller: SharedFunction): void {
  walk(caller.node.body, (node) => {
    if (isAccess(program, node) && !isConstantRead(program, node)) caller.coroutine = true;
    if (node.type !== 'CallExpression') return;
    if (atomicsOp(node) !== null) caller.coroutine = true;
    else if (passesMemory(program, node)) {
      const callee = calleeOf(program, node);
      if (callee === null) caller.coroutine = true;
      else if (callee !== 'plain') caller.calls.add(callee);
    }
  });
}

function close(shared: ReadonlyMap<AnyNode, SharedFunction>): void {
  for (let changed = true; changed; ) {
    changed = false;
    for (const each of shared.values()) {
      if (each.coroutine) continue;
      for (const callee of each.calls) if (callee.coroutine) each.coroutine = changed = true;
    }
  }
}

/** Does `node` read a word that is constant while threads run? */
function isConstantRead(program: CoreProgram, node: AnyNode): boolean {
  const parent = program.parents.get(node)!;
  const written = (parent.type === 'AssignmentExpression' && parent.left === node) || parent.type === 'UpdateExpression';
  return !written && isBootWord(program, node);
}

/** Is `node` a reference to the shared memory? */
export function isMemory(program: CoreProgram, node: AnyNode): boolean {
  if (node.type !== 'Identifier' || node.name !== MEMORY) return false;
  return program.scopes.bindings.get(node)?.kind === 'param';
}

/** Is `node` a reference to the byte view? */
export function isBytes(program: CoreProgram, node: AnyNode): boolean {
  if (node.type !== 'Identifier' || node.name !== BYTES) return false;
  const kind = program.scopes.bindings.get(node)?.kind;
  return kind === 'const' || kind === 'param';
}

/** Is it `m[…]`, `m8[…]`, or a method of `m`? */
export function isAccess(program: CoreProgram, node: AnyNode): boolean {
  if (node.type !== 'MemberExpression') return false;
  return isMemory(program, node.object) || isBytes(program, node.object);
}

/** Is it `f(m, …)`? */
export function passesMemory(program: CoreProgram, call: CallExpression): boolean {
  return call.arguments.length > 0 && isMemory(program, call.arguments[0]);
}

/** Returns the shared function that a call names, 'plain' for a declared function without `m`, or null for a call through a value. */
export function calleeOf(program: CoreProgram, call: CallExpression): SharedFunction | 'plain' | null {
  const binding = program.scopes.bindings.get(call.callee);
  if (binding === undefined || binding.kind !== 'function' || !isFunction(binding.declaration)) return null;
  return program.shared.get(binding.declaration) ?? 'plain';
}

export function isCallee(program: CoreProgram, reference: AnyNode): boolean {
  const parent = program.parents.get(reference);
  return parent?.type === 'CallExpression' && parent.callee === reference;
}

/** Returns the function around `node`, or null at module level. */
export function functionAround(program: CoreProgram, node: AnyNode): AnyNode | null {
  let at = program.parents.get(node);
  while (at !== undefined && !isFunction(at)) at = program.parents.get(at);
  return at ?? null;
}
