import type { AnyNode, FunctionDeclaration } from '../rewrite/syntax.ts';

/** Does `fn` return a value anywhere? */
export function returnsValue(fn: FunctionDeclaration): boolean {
  return contains(fn.body, (node) => node.type === 'ReturnStatement' && node.argument != null);
}

function contains(node: AnyNode, is: (node: AnyNode) => boolean): boolean {
  if (is(node)) return true;
  for (const value of Object.values(node) as unknown[]) {
    for (const each of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof each === 'object' && each !== null && 'type' in each && contains(each as AnyNode, is)) return true;
    }
  }
  return false;
}
