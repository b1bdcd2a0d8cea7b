/** What each kind of node becomes. */
import { isFunction, type AnyNode } from '../syntax.ts';
import { rewriteAwait, standIn } from './async.ts';
import { rewriteAssignment, rewriteElement, rewriteUpdate } from './accesses.ts';
import { rewriteCall, rewriteChain, rewriteNew } from './calls.ts';
import { marksIn, rewriteClass, rewriteFunction, rewriteObject } from './functions.ts';
import { rewriteGenerator, rewriteGeneratorMethod, rewriteYield } from './generators.ts';
import { rewriteDeclarator, rewriteForOf, rewriteSpread } from './iteration.ts';
import { globalName, type FunctionNode } from './program.ts';
import { refusalOf } from './refusals.ts';
import type { Writer } from './writer.ts';

/** Rewrites a node, by its type; see `Rewrite`. */
export function rewrite(w: Writer, node: AnyNode): string | null {
  const refused = refusalOf(w.program, node);
  if (refused !== null) return `$refuse(${JSON.stringify(refused)})`;
  if (w.program.generators.has(node)) return rewriteGenerator(w, node as FunctionNode, false);
  if (isFunction(node)) return rewriteFunction(w, node as FunctionNode);
  const stand = standIn(w.program, node);
  if (stand !== null) return stand;
  switch (node.type) {
    case 'AwaitExpression':
      return rewriteAwait(w, node);
    case 'ThisExpression':
      return w.frame.thisName === 'this' ? null : '$this';
    case 'Identifier':
      return node.name === 'arguments' && w.frame.thisName === '$this' && globalName(w.program.scopes, node) !== null ? '$arguments' : null;
    case 'Program':
      return `${marksIn(w, node)}${w.splice(node)}`;
    case 'BlockStatement':
    case 'StaticBlock': {
      const marks = marksIn(w, node);
      return marks === '' ? null : w.splice(node).replace('{', `{ ${marks}`);
    }
    case 'ClassDeclaration':
    case 'ClassExpression':
      return rewriteClass(w, node);
    case 'ObjectExpression':
      return rewriteObject(w, node);
    case 'YieldExpression':
      return rewriteYield(w, node);
    case 'MethodDefinition':
    case 'Property':
      return rewriteGeneratorMethod(w, node);
    case 'ForOfStatement':
      return rewriteForOf(w, node);
    case 'SpreadElement':
      return rewriteSpread(w, node);
    case 'VariableDeclarator':
      return rewriteDeclarator(w, node);
    case 'ChainExpression':
      return rewriteChain(w, node.expression);
    case 'MemberExpression':
      return rewriteElement(w, node);
    case 'AssignmentExpression':
      return rewriteAssignment(w, node);
    case 'UpdateExpression':
      return rewriteUpdate(w, node);
    case 'CallExpression':
      return rewriteCall(w, node);
    case 'NewExpression':
      return rewriteNew(w, node);
    default:
      return null;
  }
}
