/**
 * Rewrites async functions and await. An async function is a coroutine that makes a promise (prologue-async.ts), and runs
 * its body as a generator until the first await. The promise's job goes on with it.
 *
 *     async function f(a) {…}   function* f$co(a) { return yield* $async(function*(a) {…}, this, arguments); }
 *     await e                   yield $awaiting(site, e)
 *     Promise, setTimeout, …    what stands for them in the prologue
 */
import type { AnyNode } from '../syntax.ts';
import { STANDS_FOR } from './globals.ts';
import { globalName, type FunctionNode, type OrdinaryProgram } from './program.ts';
import type { Writer } from './writer.ts';

/** Returns the parameters and the body of the coroutine of an async function, whose generator has the given ones. */
export function asyncCoroutine(node: FunctionNode, generator: string): string {
  const simple = node.params.findIndex(({ type }) => type !== 'Identifier');
  const params = Array.from({ length: simple < 0 ? node.params.length : simple }, (_, i) => `$p${i}`);
  return `(${params.join(', ')}) { return yield* $async(function*${generator}, this, arguments); }`;
}

export function rewriteAwait(w: Writer, node: AnyNode): string | null {
  if (node.type !== 'AwaitExpression') return null;
  return `(yield $awaiting(${w.site(node, 'wait')}, ${w.emit(node.argument)}))`;
}

/** Returns what stands for the global function or class that `node` names; null if nothing does. */
export function standIn({ scopes, parents }: OrdinaryProgram, node: AnyNode): string | null {
  if (node.type !== 'Identifier' || !Object.hasOwn(STANDS_FOR, node.name) || globalName(scopes, node) === null) return null;
  const parent = parents.get(node);
  if (parent?.type === 'MemberExpression' && parent.property === node && !parent.computed) return null;
  if ((parent?.type === 'MethodDefinition' || parent?.type === 'PropertyDefinition') && parent.key === node && !parent.computed) return null;
  if (parent?.type !== 'Property' || parent.computed) return STANDS_FOR[node.name];
  if (parent.shorthand) return `${node.name}: ${STANDS_FOR[node.name]}`;
  return parent.key === node ? null : STANDS_FOR[node.name];
}
