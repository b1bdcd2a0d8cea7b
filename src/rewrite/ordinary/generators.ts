/**
 * Rewrites the user's own generators. Their yields and the scheduling points take one way, so a value that the user yields
 * is wrapped, and an iterator made by $iterator unwraps it. Its `next` is a coroutine, as any method.
 *
 *     function* g(a) {…}   function g() { return $iterator((function*(a) {…}).apply(this, arguments)); }
 *     yield x              yield new $Out(x)
 *     yield* e             yield* $delegate(e)
 */
import type { AnyNode } from '../syntax.ts';
import { coroutine, nameOf } from './functions.ts';
import type { FunctionNode } from './program.ts';
import type { Writer } from './writer.ts';

export function rewriteYield(w: Writer, node: AnyNode): string | null {
  if (node.type !== 'YieldExpression' || !w.frame.yields) return null;
  const value = node.argument ? w.emit(node.argument) : 'undefined';
  return node.delegate ? `(yield* $delegate(${value}))` : `(yield new $Out(${value}))`;
}

/** Writes a generator: a function, or the part of a method after its name. */
export function rewriteGenerator(w: Writer, node: FunctionNode, isMethod: boolean): string {
  const body = `() { return $iterator((function*${coroutine(w, node, { suspends: true, yields: true, thisName: 'this', fn: nameOf(w, node) })}).apply(this, arguments)); }`;
  if (isMethod) return body;
  const name = node.type !== 'ArrowFunctionExpression' && node.id ? ` ${node.id.name}` : '';
  return node.type === 'FunctionDeclaration' ? `function${name}${body}` : `(function${name}${body})`;
}

/** Rewrites a method, of a class or an object, that is a generator. */
export function rewriteGeneratorMethod(w: Writer, node: AnyNode): string | null {
  if ((node.type !== 'MethodDefinition' && node.type !== 'Property') || !w.program.generators.has(node.value)) return null;
  if (node.type === 'Property' && !node.method) return null;
  const key = node.computed ? `[${w.emit(node.key)}]` : w.program.text.slice(node.key.start, node.key.end);
  const prefix = node.type === 'MethodDefinition' && node.static ? 'static ' : '';
  return `${prefix}${key}${'\n'.repeat(w.linesIn(node.start, node.value.start))}${rewriteGenerator(w, node.value as FunctionNode, true)}`;
}
