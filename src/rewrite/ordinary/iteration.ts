/**
 * Rewrites what iterates: a shared view is read element by element, with scheduling points, or in one step.
 *
 *     for (const x of e) …   for (const $item of $items($0 = e)) { …; const x = $0 is shared ? $0[$item] : $1; … }
 *
 * An iterator of the user's is run from step to step, with scheduling points: its items are then $Step, each of which is
 * run to find the value. The loop itself remains, so that it closes what it iterates over.
 *
 *     [...e], [x] = e        one step, if e is a shared view
 */
import type { AnyNode } from '../syntax.ts';
import { awaited } from './awaited.ts';
import { sequence, type Writer } from './writer.ts';

export function rewriteForOf(w: Writer, node: AnyNode): string | null {
  if (node.type !== 'ForOfStatement' || node.await || !w.frame.suspends) return null;
  const { left, right, body } = node;
  const items = w.temp();
  const site = w.site(right, 'load');
  const read = w.hooked ? w.op('$load', site, items, '$item') : `${items}[$item]`;
  const value = w.temp();
  const next = `if ($item instanceof $Step) { $item.isOver = true; ${value} = ${awaited(w, '$item.next()')}; if (${value}.done) break; $item.isOver = false; ${value} = ${value}.value; } else ${value} = $item;`;
  const item = `${items}?.$shared !== undefined ? (${w.guard(site, items, '$item')}, ${read}) : ${value}`;
  const gap = (start: number, end: number) => '\n'.repeat(w.linesIn(start, end));
  const target = left.type === 'VariableDeclaration' ? `${left.kind} ${w.emit(left.declarations[0].id)}` : `${left.type === 'ObjectPattern' ? ';(' : ''}${w.emit(left)}`;
  const end = left.type === 'ObjectPattern' ? ')' : '';
  return `for (const $item of $items(${items} = ${gap(node.start, right.start)}${w.emit(right)})) { ${next} ${target} = ${item}${end}; ${gap(right.end, body.start)}${w.emit(body)} }`;
}

/** Rewrites `...e` in a list. */
export function rewriteSpread(w: Writer, node: AnyNode): string | null {
  if (node.type !== 'SpreadElement' || !w.frame.suspends || w.program.parents.get(node)?.type === 'ObjectExpression') return null;
  return `...${iterated(w, node.argument)}`;
}

/** Rewrites the value that a declaration with a list of names takes apart. */
export function rewriteDeclarator(w: Writer, node: AnyNode): string | null {
  if (node.type !== 'VariableDeclarator' || node.id.type !== 'ArrayPattern' || !node.init || !w.frame.suspends) return null;
  return `${w.emit(node.id)}${w.program.text.slice(node.id.end, node.init.start)}${iterated(w, node.init)}`;
}

/** Returns the text of a value that is iterated at once. */
export function iterated(w: Writer, node: AnyNode): string {
  const { first, use: [value] } = w.operands([node]);
  const site = w.site(node, 'load');
  return sequence(...first, w.guardAll(site, value), w.op('$iterated', site, value));
}
