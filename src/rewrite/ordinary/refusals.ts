/** Finds what exploration can't follow: asynchronous code, timers, input and output, threads started inside. */
import type { Report } from '../problems.ts';
import { isFunction, walk, type AnyNode } from '../syntax.ts';
import { REFUSED, REFUSED_MODULES, STANDS_FOR } from './globals.ts';
import { globalName, type OrdinaryProgram } from './program.ts';

/** Returns why the expression `node` can't be explored, and what to do; null if it can. */
export function refusalOf({ scopes, parents, coroutines }: OrdinaryProgram, node: AnyNode): string | null {
  if (node.type === 'AwaitExpression') return awaitRefusal(parents, coroutines, node);
  if (node.type === 'ImportExpression') return 'import() can\'t be explored: import the module at the top';
  if (node.type === 'Identifier' && node.name === 'Atomics' && globalName(scopes, node) !== null) return isOperation(parents.get(node), node) ? null : 'Atomics is used as a value: name each operation, as in Atomics.load(view, 0)';
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return null;
  const name = globalName(scopes, node.callee) ?? '';
  const callee = name.replace(/^globalThis\./, '');
  if (callee !== name && Object.hasOwn(STANDS_FOR, callee)) return `${name}: only ${callee} without globalThis can be explored`;
  if (Object.hasOwn(REFUSED, callee)) return `${callee}: ${REFUSED[callee]}`;
  const module = moduleOf(scopes, node.callee);
  return module !== undefined && REFUSED_MODULES.has(module) ? `${module}: input, output, timers and threads can't be explored: pass data in through setup, and list threads in threads` : null;
}

/** Reports what can't be explored in the files for which `isUsers` holds. In packages it is refused when it runs. */
export function checkRefusals(program: OrdinaryProgram, isUsers: (node: AnyNode) => boolean, report: Report): void {
  walk(program.program, (node) => {
    const why = refusalOf(program, node);
    if (why !== null && isUsers(node)) report(node, why);
    if ((node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression') && node.async && !program.coroutines.has(node) && isUsers(node)) {
      report(node, node.generator ? 'an async generator can\'t be explored: use an async function, or a generator' : 'an async function with super, new.target or a quoted name can\'t be explored: take what it needs from super in an ordinary function');
    }
    if (node.type === 'ForOfStatement' && node.await && isUsers(node)) report(node, 'for await can\'t be explored: use for');
  });
}

function awaitRefusal(parents: OrdinaryProgram['parents'], coroutines: OrdinaryProgram['coroutines'], node: AnyNode): string | null {
  let at = parents.get(node);
  while (at !== undefined && !isFunction(at)) at = parents.get(at);
  if (at === undefined) return 'await at the top of a module can\'t be explored: await in a thread';
  return coroutines.has(at) ? null : 'await can\'t be explored here: the function is an async generator, or has super, new.target or a quoted name';
}

function isOperation(parent: AnyNode | undefined, node: AnyNode): boolean {
  return parent?.type === 'MemberExpression' && parent.object === node && !parent.computed;
}

/** Returns the module from which the function called by `callee` is imported, or required. */
function moduleOf(scopes: OrdinaryProgram['scopes'], callee: AnyNode): string | undefined {
  const name = callee.type === 'MemberExpression' ? callee.object : callee;
  const binding = scopes.bindings.get(name);
  if (binding === undefined) return undefined;
  const { declaration } = binding;
  if (declaration.type === 'ImportDeclaration') return String(declaration.source.value);
  return declaration.type === 'VariableDeclarator' && declaration.init ? requiredBy(declaration.init) : undefined;
}

function requiredBy(node: AnyNode): string | undefined {
  if (node.type === 'MemberExpression') return requiredBy(node.object);
  if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier' || !/^_*require$/.test(node.callee.name)) return undefined;
  const [path] = node.arguments;
  return path?.type === 'Literal' ? String(path.value) : undefined;
}
