/** Finds calls of functions over `m` with too few or too many arguments. In the core itself TypeScript finds them. */
import type { Report } from './problems.ts';
import { calleeOf, passesMemory, type CoreProgram } from './program.ts';
import { walk, type AnyNode, type FunctionDeclaration } from './syntax.ts';

/** Reports each such call for which `isUsers` holds. */
export function checkArguments(program: CoreProgram, isUsers: (node: AnyNode) => boolean, report: Report): void {
  walk(program.program, (node) => {
    if (node.type !== 'CallExpression' || !passesMemory(program, node) || !isUsers(node)) return;
    const callee = calleeOf(program, node);
    if (callee === null || callee === 'plain' || node.arguments.some(({ type }) => type === 'SpreadElement')) return;
    const { name, node: declared } = callee;
    const { least, most } = arity(declared);
    const given = node.arguments.length;
    if (given >= least && given <= most) return;
    const parameters = declared.params.map(({ start, end }) => program.text.slice(start, end)).join(', ');
    report(node, `${name.replace(/\$\d+$/, '')} takes ${least === most ? least : `${least} to ${most}`} arguments (${parameters}), not ${given}`);
  });
}

function arity({ params }: FunctionDeclaration): { readonly least: number; readonly most: number } {
  const optional = params.findIndex(({ type }) => type === 'AssignmentPattern' || type === 'RestElement');
  return { least: optional < 0 ? params.length : optional, most: params.at(-1)?.type === 'RestElement' ? Infinity : params.length };
}
